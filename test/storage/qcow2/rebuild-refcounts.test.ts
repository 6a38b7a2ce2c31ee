/**
 * Whatever the refcounts of an image say that was not closed properly, they are right after it was
 * opened for writing, and its disk is what it was; a crash meanwhile changes nothing of that.
 */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { checkQcow2On } from "../../../src/storage/qcow2/check.ts";
import { createQcow2On } from "../../../src/storage/qcow2/create.ts";
import { INCOMPATIBLE_DIRTY, readHeader } from "../../../src/storage/qcow2/header.ts";
import { openQcow2On } from "../../../src/storage/qcow2/open.ts";
import { setRefcount } from "../../../src/storage/qcow2/refcount-bits.ts";
import { explored } from "../../support/exploration.ts";
import { refusal } from "../../support/refusal.ts";
import { contentIn } from "./content-of.ts";
import { MemoryHost } from "./memory-host.ts";
import { crashed, dice, programsFor, record } from "./power-cut.ts";

const SIZE = 60_000;
const CLUSTER = 512;
const CLEAN = { corruptions: 0, leaks: 0, findings: [] };

const image = fc.record({
  size: fc.constant(SIZE),
  clusterSize: fc.constant(CLUSTER),
  refcountBits: fc.constantFrom(1, 4, 16, 64),
});

/** An image with data, as it was closed. */
async function made(options: Parameters<typeof createQcow2On>[2], program: Program) {
  const host = new MemoryHost();
  createQcow2On(host, "image", options);
  const recording = await record(host.content(), program);
  return crashed(recording, recording.steps.length, () => true).content();
}
type Program = Parameters<typeof record>[1];

function places(bytes: Buffer): { readonly table: number; readonly blocks: readonly number[] } {
  const { refcountTableOffset: table } = readHeader(new MemoryHost(bytes), "image");
  const entries = Array.from({ length: CLUSTER / 8 }, (_, index) => table + index * 8);
  const blocks = entries.map((at) => Number(bytes.readBigUInt64BE(at)));
  return { table, blocks };
}

function markDirty(bytes: Buffer): Buffer {
  bytes.writeBigUInt64BE(INCOMPATIBLE_DIRTY, 72);
  return bytes;
}

test("refcounts are rebuilt from what refers to the clusters", async () => {
  await fc.assert(
    fc.asyncProperty(image, programsFor(SIZE), fc.nat(), async (options, program, seed) => {
      const bytes = await made(options, program);
      const content = contentIn(new MemoryHost(bytes));
      const roll = dice(seed);
      const { table, blocks } = places(bytes);
      const { refcountBits } = options;
      const each = (CLUSTER * 8) / refcountBits;
      for (const [index, block] of blocks.entries()) {
        if (block === 0) continue;
        const part = bytes.subarray(block, block + CLUSTER);
        for (let at = 0; at < each; at++) {
          if (roll() < 300) setRefcount(part, at, refcountBits, roll() % 2);
        }
        // A block that the table does not name any more: its cluster is lost, not its counts.
        if (roll() < 200) bytes.fill(0, table + index * 8, table + index * 8 + 8);
      }
      const broken = new MemoryHost(markDirty(bytes));
      expect(contentIn(broken).equals(content)).toBe(true);

      const host = new MemoryHost(bytes, true);
      openQcow2On(host, "image").close();
      expect(checkQcow2On(host, "image")).toEqual(CLEAN);
      expect(contentIn(host).equals(content)).toBe(true);

      const recording = { before: bytes, steps: host.steps ?? [], allowed: [] };
      for (let at = 0; at <= recording.steps.length; at++) {
        const odds = roll();
        const after = crashed(recording, at, () => roll() < odds);
        expect(contentIn(after).equals(content)).toBe(true);
        openQcow2On(after, "image").close();
        expect(checkQcow2On(after, "image")).toEqual(CLEAN);
        expect(contentIn(after).equals(content)).toBe(true);
      }
    }),
    explored(30),
  );
});

test("where two entries name one host cluster, both keep what they have", async () => {
  const write = { operation: "write", offset: 0, length: 4 * CLUSTER, wait: true } as const;
  const bytes = await made({ size: SIZE, clusterSize: CLUSTER }, [write]);
  const { l1Offset } = readHeader(new MemoryHost(bytes), "image");
  const l2 = Number(bytes.readBigUInt64BE(l1Offset) & ((1n << 56n) - 1n));
  bytes.copy(bytes, l2 + 8, l2, l2 + 8);
  const host = new MemoryHost(markDirty(bytes));
  openQcow2On(host, "image").close();
  expect(checkQcow2On(host, "image")).toEqual(CLEAN);
});

test("an image whose references cannot be right is refused, and left as it is", async () => {
  const write = { operation: "write", offset: 0, length: CLUSTER, wait: true } as const;
  const bytes = await made({ size: SIZE, clusterSize: CLUSTER }, [write]);
  const { l1Offset } = readHeader(new MemoryHost(bytes), "image");
  const l2 = Number(bytes.readBigUInt64BE(l1Offset) & ((1n << 56n) - 1n));
  bytes.writeBigUInt64BE((1n << 63n) | 0x7fff000n, l2);
  const host = new MemoryHost(markDirty(bytes), true);
  expect(refusal("image-unusable", () => openQcow2On(host, "image"))).toMatch(
    /not closed properly, and its refcounts cannot be rebuilt: .* exceed .*qemu-img check -r all/,
  );
  expect(host.steps).toEqual([]);
  openQcow2On(host, "image", { readOnly: true }).close();
});

test("an image that names one table a million times is refused at once", async () => {
  const host = new MemoryHost();
  const clusterSize = 2 * 1024 * 1024;
  createQcow2On(host, "image", { size: 2 ** 42, clusterSize });
  const { l1Offset } = readHeader(host, "image");
  const entries = 2 ** 20;
  const fields = Buffer.alloc(4);
  fields.writeUInt32BE(entries);
  host.stepNow({ kind: "write", offset: 36, bytes: fields });
  const table = l1Offset + Math.ceil((entries * 8) / clusterSize) * clusterSize;
  const entry = Buffer.alloc(8);
  entry.writeBigUInt64BE((1n << 63n) | BigInt(table));
  host.stepNow({ kind: "write", offset: l1Offset, bytes: Buffer.alloc(entries * 8, entry) });
  // A table without an entry that is 0: each of them names itself.
  host.stepNow({ kind: "write", offset: table, bytes: Buffer.alloc(clusterSize, entry) });
  const dirty = Buffer.alloc(8);
  dirty.writeBigUInt64BE(INCOMPATIBLE_DIRTY);
  host.stepNow({ kind: "write", offset: 72, bytes: dirty });
  expect(refusal("image-unusable", () => openQcow2On(host, "image"))).toMatch(
    /has 4294967295 uses, more than a refcount has room: .*qemu-img check -r all/,
  );
});
