/**
 * Images with anything wrong in them: whatever a header or a table says, opening ends with an image
 * or one line that says why not, every request ends, and no data is ever written over a table.
 *
 * The images are qemu-img's, with snapshots, bitmaps and compressed clusters, and then changed in a
 * few places. `EXPLORE=500` makes it 200,000 of them.
 */
import fs from "node:fs";
import * as fc from "fast-check";
import { expect } from "vitest";
import { BlockgraphError } from "../../src/error.ts";
import { checkQcow2On } from "../../src/storage/qcow2/check.ts";
import { openQcow2On, type Qcow2Storage, storageOf } from "../../src/storage/qcow2/open.ts";
import { openQcow2Image } from "../../src/storage/qcow2/open-image.ts";
import { ask } from "../storage/ask.ts";
import { MemoryHost } from "../storage/qcow2/memory-host.ts";
import { scratch } from "../storage/scratch.ts";
import { explored } from "../support/exploration.ts";
import { runTool } from "../support/qemu-tools.ts";
import { needsTool } from "../tools/needs-tool.ts";
import { createByQemu, ioByQemu } from "./qcow2-tools.ts";

const { test } = needsTool("qemu-img", "qemu-io");

const SIZE = 256 * 1024;
/** what is written; no table has a line of it */
const DATA = 0xa5;
const newPath = scratch();

function makeImages(): Buffer[] {
  return [
    ["cluster_size=512"],
    ["cluster_size=4k"],
    ["cluster_size=4k", "compat=0.10"],
    ["cluster_size=512", "refcount_bits=1"],
    ["cluster_size=4k", "refcount_bits=64"],
  ].map((options) => {
    const [plain, path] = [newPath(), newPath()];
    createByQemu(plain, SIZE);
    ioByQemu(plain, ["write -P 1 0 40k", "write -P 2 100k 3k"]);
    const chosen = ["-f", "qcow2", "-O", "qcow2", "-o", options.join(",")];
    runTool("qemu-img", "convert", "-c", ...chosen, plain, path);
    ioByQemu(path, ["write -P 3 8k 20k", "write -z 64k 8k"]);
    if (!options.includes("refcount_bits=1")) runTool("qemu-img", "snapshot", "-c", "s", path);
    if (!options.includes("compat=0.10")) runTool("qemu-img", "bitmap", "--add", path, "b");
    ioByQemu(path, ["write -P 4 10k 9k"]);
    return fs.readFileSync(path);
  });
}

/** A change of a file: at most 8 bytes at some place, or its end cut off. */
interface Flaw {
  readonly kind: "byte" | "word" | "entry" | "flag" | "cut";
  readonly at: number;
  readonly value: number;
}

const flaws: fc.Arbitrary<Flaw[]> = fc.array(
  fc.record({
    kind: fc.constantFrom("byte", "word", "entry", "entry", "flag", "cut"),
    // Most of what matters is in the beginning, and most of that in the header.
    at: fc.oneof(fc.nat(112), fc.nat(4096), fc.nat(60_000)),
    value: fc.oneof(fc.nat(20), fc.nat(255), fc.nat(2 ** 31 - 1)),
  }),
  { minLength: 1, maxLength: 4 },
);

function flawed(image: Buffer, list: readonly Flaw[]): Buffer {
  let bytes = Buffer.from(image);
  for (const { kind, at, value } of list) {
    const place = Math.floor((at % (bytes.length - 8)) / 8) * 8;
    if (kind === "byte") bytes[at % bytes.length] = value % 256;
    else if (kind === "word") bytes.writeUInt32BE(value, place + 4 * (value % 2));
    else if (kind === "entry") bytes.writeBigUInt64BE((1n << 63n) | BigInt(value * 512), place);
    else if (kind === "flag") bytes[place] = (bytes[place] ?? 0) ^ (1 << (value % 8));
    else if (value % 8 === 0) bytes = bytes.subarray(0, Math.max(200, bytes.length - at));
  }
  return bytes;
}

/** What opening returns; null if it refuses, in one line. */
function orRefused<T>(open: () => T): T | null {
  try {
    return open();
  } catch (error) {
    if (!(error instanceof BlockgraphError)) throw error;
    expect(error.code).toBe("image-unusable");
    expect(error.message).toMatch(/^image: .+$/);
    return null;
  }
}

/** Many requests at once; each has to end, no matter how. */
async function use(storage: Qcow2Storage): Promise<void> {
  const span = Math.min(storage.length, SIZE);
  // A graph asks what an image has of its own when it is opened.
  for (const { length } of storage.ownClusters(0, span)) expect(length).toBeGreaterThan(0);
  const under: Promise<unknown>[] = [];
  const part = (each: number) => Math.min(each, span);
  under.push(ask(storage, "read", 0, span, Buffer.alloc(span)));
  for (let at = 0; at + 9000 <= span; at += 30_000) {
    under.push(ask(storage, "write", at, 7000, Buffer.alloc(7000, DATA)));
    under.push(ask(storage, "discard", at + 3000, 6000));
  }
  under.push(ask(storage, "flush"));
  under.push(ask(storage, "write", 0, part(70_000), Buffer.alloc(part(70_000), DATA)));
  under.push(ask(storage, "block-status", 0, span));
  under.push(ask(storage, "write-zeroes", storage.length - part(10_000), part(10_000)));
  storage.kick();
  await Promise.all(under);
}

test("whatever is in an image, it is refused in a line or every request ends", async () => {
  const images = makeImages();
  await fc.assert(
    fc.asyncProperty(fc.nat(images.length - 1), flaws, async (index, list) => {
      const bytes = flawed(images[index] ?? Buffer.alloc(0), list);
      orRefused(() => checkQcow2On(new MemoryHost(bytes), "image"));
      const reader = orRefused(() =>
        openQcow2On(new MemoryHost(bytes), "image", { readOnly: true }),
      );
      if (reader !== null) {
        await use(reader);
        reader.close();
      }
      const host = new MemoryHost(bytes);
      const opened = orRefused(() => openQcow2Image(host, "image", { cacheTables: 4 }));
      if (opened === null) return;
      const storage = orRefused(() => storageOf(opened));
      if (storage === null) return;
      await use(storage);
      orRefused(() => storage.close());
      const { metadata } = opened.image.changes;
      const { clusterSize } = opened.image.geometry;
      for (const cluster of metadata.clusters()) {
        const table = host.readNow(cluster * clusterSize, clusterSize);
        expect(table.includes(Buffer.alloc(64, DATA))).toBe(false);
      }
    }),
    explored(400),
  );
});
