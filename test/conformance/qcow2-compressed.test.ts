/**
 * Compressed clusters: what we write QEMU reads, and counts as we do; and the other way round, in
 * turns on one image, with plain writes and discards over it.
 */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import * as fc from "fast-check";
import { describe, expect } from "vitest";
import { checkQcow2 } from "../../src/storage/qcow2/check.ts";
import type { Qcow2Storage } from "../../src/storage/qcow2/open.ts";
import type { Errno } from "../../src/vocabulary.ts";
import { askNow } from "../storage/ask.ts";
import { scratch } from "../storage/scratch.ts";
import { runTool } from "../support/qemu-tools.ts";
import { needsTool } from "../tools/needs-tool.ts";
import {
  checkByQemu,
  contentByQemu,
  contentByUs,
  createByQemu,
  ioByQemu,
  tryTool,
  withImage,
} from "./qcow2-tools.ts";

const { test } = needsTool("qemu-img", "qemu-io");

const newPath = scratch();
const CLEAN = { corruptions: 0, leaks: 0 };
/** clusters of a disk, of which the last is short */
const CLUSTERS = 12;

const RECIPES: readonly (readonly [number, readonly string[]])[] = [
  [512, ["cluster_size=512"]],
  [4096, ["cluster_size=4k"]],
  [4096, ["cluster_size=4k", "refcount_bits=1"]],
  [4096, ["cluster_size=4k", "refcount_bits=2"]],
  [65_536, ["compat=0.10"]],
  [65_536, ["refcount_bits=64"]],
];

function compress(storage: Qcow2Storage, offset: number, data: Uint8Array): Promise<Errno | null> {
  return new Promise((resolve) => {
    const done = ({ errno }: { readonly errno: Errno | null }) => resolve(errno);
    const { length } = data;
    storage.submit({
      ...{ operation: "write", offset, length, buffer: data, compressed: true, done },
    });
    storage.kick();
  });
}

/** Bytes that shrink to a few, to about a half, or not at all. */
function bytesOf(kind: "few" | "half" | "noise", length: number, value: number): Buffer {
  const noise = { few: 0, half: 0.5, noise: 1 }[kind] * length;
  return Buffer.concat([randomBytes(noise), Buffer.alloc(length - Math.floor(noise), value)]);
}

const step = fc.record({
  by: fc.constantFrom("us", "qemu"),
  what: fc.constantFrom("compress", "compress", "compress", "write", "discard"),
  kind: fc.constantFrom("few" as const, "few" as const, "half" as const, "noise" as const),
  cluster: fc.nat(CLUSTERS - 1),
  value: fc.integer({ min: 1, max: 255 }),
});

describe("in turns with qemu-io, on one image", () => {
  for (const [clusterSize, options] of RECIPES) {
    test(`it reads the same, is clean, and is refused alike: ${options.join(", ")}`, async () => {
      const length = CLUSTERS * clusterSize - (clusterSize > 512 ? 512 : 0);
      const property = fc.asyncProperty(
        fc.array(step, { minLength: 5, maxLength: 18 }),
        async (steps) => {
          const path = newPath();
          createByQemu(path, length, ...options);
          const content = Buffer.alloc(length);
          const held = new Set<number>();
          for (const { by, what, kind, cluster, value } of steps) {
            const offset = cluster * clusterSize;
            const size = Math.min(clusterSize, length - offset);
            const bytes = bytesOf(kind, size, value);
            // Beyond the end of the disk are zeros: the last cluster always shrinks.
            const shrinks = kind !== "noise" || size < clusterSize;
            const refusal = what === "compress" && shrinks && held.has(cluster) ? "EIO" : null;
            const errno = await (by === "us" ? byUs : byQemu)(path, what, offset, bytes);
            expect(errno).toBe(refusal);
            if (refusal === null)
              content.set(what === "discard" ? Buffer.alloc(size) : bytes, offset);
            if (what === "discard") held.delete(cluster);
            else held.add(cluster);
          }
          expect(checkByQemu(path)).toEqual(CLEAN);
          expect(checkQcow2(path)).toMatchObject(CLEAN);
          expect(contentByQemu(path).equals(content)).toBe(true);
          expect((await contentByUs(path)).equals(content)).toBe(true);
          fs.unlinkSync(path);
        },
      );
      await fc.assert(property, { numRuns: 6 });
    });
  }
});

async function byUs(path: string, what: string, offset: number, bytes: Buffer) {
  let errno: Errno | null = null;
  await withImage(path, async (storage) => {
    if (what === "compress") errno = await compress(storage, offset, bytes);
    else if (what === "write")
      ({ errno } = await askNow(storage, "write", offset, bytes.length, bytes));
    else ({ errno } = await askNow(storage, "discard", offset, bytes.length));
  });
  return errno;
}

async function byQemu(path: string, what: string, offset: number, bytes: Buffer) {
  const source = `${path}.bytes`;
  fs.writeFileSync(source, bytes);
  const command = {
    compress: `write -c -s ${source} ${offset} ${bytes.length}`,
    write: `write -s ${source} ${offset} ${bytes.length}`,
    discard: `discard ${offset} ${bytes.length}`,
  }[what];
  const args = ["-d", "unmap", "-f", "qcow2", "-c", String(command), path];
  const { stdout, stderr } = tryTool("qemu-io", ...args);
  fs.unlinkSync(source);
  return /failed: Input\/output error/.test(stdout + stderr) ? "EIO" : null;
}

test("many at once share host clusters, as many as with qemu-img convert -c", async () => {
  const clusterSize = 65_536;
  const length = 64 * clusterSize;
  const [path, plain, theirs] = [newPath(), newPath(), newPath()];
  const content = Buffer.concat(
    Array.from({ length: 64 }, (_, at) =>
      bytesOf(at % 3 === 0 ? "half" : "few", clusterSize, at + 1),
    ),
  );
  createByQemu(path, length);
  await withImage(path, async (storage) => {
    const all = Array.from({ length: 64 }, (_, at) =>
      compress(
        storage,
        at * clusterSize,
        content.subarray(at * clusterSize, (at + 1) * clusterSize),
      ),
    );
    expect(new Set(await Promise.all(all))).toEqual(new Set([null]));
  });
  fs.writeFileSync(plain, content);
  runTool("qemu-img", "convert", "-c", "-f", "raw", "-O", "qcow2", plain, theirs);
  expect(checkByQemu(path)).toEqual(CLEAN);
  expect(contentByQemu(path).equals(content)).toBe(true);
  const [ours, other] = [path, theirs].map((each) => fs.statSync(each).size);
  expect(ours).toBeLessThan((other ?? 0) + 2 * clusterSize);
});

test("what is written over a compressed cluster frees its part, which is used again", async () => {
  const path = newPath();
  createByQemu(path, 64 * 4096, "cluster_size=4k");
  for (let round = 1; round <= 20; round++) {
    await withImage(path, async (storage) => {
      for (let cluster = 0; cluster < 64; cluster++) {
        const bytes = bytesOf("half", 4096, round);
        expect(await compress(storage, cluster * 4096, bytes)).toBeNull();
      }
      await askNow(storage, "flush");
      await askNow(storage, "write", 100, 100_000, Buffer.alloc(100_000, round));
      await askNow(storage, "discard", 0, 64 * 4096);
    });
    expect(checkByQemu(path)).toEqual(CLEAN);
  }
  expect(fs.statSync(path).size).toBeLessThan(4 * 64 * 4096);
});

test("parts of clusters are refused, and images of zstd; what is behind one stays", async () => {
  const [path, zstd, base] = [newPath(), newPath(), newPath()];
  createByQemu(base, 200_000);
  ioByQemu(base, ["write -P 7 0 200000"]);
  runTool("qemu-img", "create", "-q", "-f", "qcow2", "-b", base, "-F", "qcow2", path);
  createByQemu(zstd, 200_000, "compression_type=zstd");
  await withImage(path, async (storage) => {
    const whole = Buffer.alloc(65_536, 9);
    expect(await compress(storage, 512, whole)).toBe("EINVAL");
    expect(await compress(storage, 0, whole.subarray(512))).toBe("EINVAL");
    expect(await compress(storage, 65_536, whole)).toBeNull();
    expect(await compress(storage, 3 * 65_536, whole.subarray(0, 200_192 - 3 * 65_536))).toBeNull();
  });
  await withImage(zstd, async (storage) => {
    expect(await compress(storage, 0, Buffer.alloc(65_536, 9))).toBe("ENOTSUP");
  });
  const content = Buffer.alloc(200_192, 9)
    .fill(7, 0, 65_536)
    .fill(7, 2 * 65_536, 3 * 65_536);
  expect(contentByQemu(path).equals(content)).toBe(true);
  expect(checkByQemu(path)).toEqual(CLEAN);
});

test("what is compressed does not go to a host cluster that has become free", async () => {
  const path = newPath();
  createByQemu(path, 4 * 4096, "cluster_size=4k");
  const [plain, small] = [Buffer.alloc(4096, 1), Buffer.alloc(4096, 2)];
  await withImage(path, async (storage) => {
    expect(await compress(storage, 0, small)).toBeNull();
    await askNow(storage, "discard", 0, 4096);
    await askNow(storage, "flush");
    await askNow(storage, "write", 4096, 4096, plain);
    expect(await compress(storage, 2 * 4096, small)).toBeNull();
  });
  const content = Buffer.concat([Buffer.alloc(4096), plain, small, Buffer.alloc(4096)]);
  expect(contentByQemu(path).equals(content)).toBe(true);
  expect(checkByQemu(path)).toEqual(CLEAN);
});
