/**
 * qcow2 images are the same to us and to QEMU: what qemu-img and qemu-io made reads the same, and
 * what we made or changed passes `qemu-img check` and reads the same there.
 */
import fs from "node:fs";
import { dirname, join } from "node:path";
import * as fc from "fast-check";
import { describe, expect } from "vitest";
import { checkQcow2 } from "../../src/storage/qcow2/check.ts";
import { createQcow2 } from "../../src/storage/qcow2/create.ts";
import { openQcow2 } from "../../src/storage/qcow2/open.ts";
import { resizeQcow2 } from "../../src/storage/qcow2/resize.ts";
import { zstdDecompressor } from "../../src/storage/qcow2/zstd.ts";
import { askNow } from "../storage/ask.ts";
import { scratch } from "../storage/scratch.ts";
import { runTool } from "../support/qemu-tools.ts";
import { refusal } from "../support/refusal.ts";
import { needsTool } from "../tools/needs-tool.ts";
import {
  checkByQemu,
  contentByQemu,
  contentByUs,
  createByQemu,
  fill,
  ioByQemu,
  readAll,
  withImage,
} from "./qcow2-tools.ts";

const { test } = needsTool("qemu-img", "qemu-io");

const KIB = 1024;
const MIB = 1024 * KIB;
const SIZE = 5 * MIB + 512;
const newPath = scratch();
const CLEAN = { corruptions: 0, leaks: 0 };

/** Data, zeros and discarded parts, of whole clusters and pieces, across each other. */
const COMMANDS = [
  "write -P 1 0 1M",
  "write -P 2 1000k 300k",
  "write -P 3 5242000 1392",
  "write -z 100k 200k",
  "write -z -u 600k 64k",
  "discard 700k 128k",
  "write -P 4 720k 1000",
  "write -P 5 3M 70001",
  "write -z 4M 128k",
  "flush",
];
const WITHOUT_ZEROS = COMMANDS.filter((command) => !/-z|discard/.test(command));

const RECIPES: readonly (readonly [string, readonly string[]])[] = [
  ["clusters of 512 bytes", ["cluster_size=512"]],
  ["clusters of 4 KiB", ["cluster_size=4k"]],
  ["the usual clusters", []],
  ["clusters of 2 MiB", ["cluster_size=2M"]],
  ["version 2", ["compat=0.10"]],
  ["refcounts of a bit", ["refcount_bits=1", "cluster_size=4k"]],
  ["refcounts of 64 bits", ["refcount_bits=64", "cluster_size=512"]],
  ["lazy refcounts", ["lazy_refcounts=on"]],
  ["metadata allocated before", ["preallocation=metadata"]],
  ["everything allocated before", ["preallocation=full", "cluster_size=4k"]],
];

describe("an image by qemu-img", () => {
  for (const [name, options] of RECIPES) {
    test(`with ${name} reads the same, and is clean after we wrote to it`, async () => {
      const path = newPath();
      createByQemu(path, SIZE, ...options);
      ioByQemu(path, COMMANDS);
      const content = await contentByUs(path);
      expect(content.equals(contentByQemu(path))).toBe(true);
      await withImage(path, async (storage) => {
        await fill(storage, 90 * KIB, 700 * KIB, 6);
        await fill(storage, 2 * MIB + 1, 100, 7);
        await askNow(storage, "discard", 512 * KIB, MIB + 77);
        await askNow(storage, "write-zeroes", SIZE - 100_000, 100_000);
      });
      content.fill(6, 90 * KIB, 790 * KIB).fill(7, 2 * MIB + 1, 2 * MIB + 101);
      content.fill(0, 512 * KIB, 512 * KIB + MIB + 77).fill(0, SIZE - 100_000);
      expect(checkByQemu(path)).toEqual(CLEAN);
      expect(checkQcow2(path)).toMatchObject(CLEAN);
      expect(contentByQemu(path).equals(content)).toBe(true);
    });
  }

  test("with compressed clusters reads the same, before and after we wrote to them", async () => {
    for (const clusterSize of ["512", "4k", "64k", "2M"]) {
      const [plain, path] = [newPath(), newPath()];
      createByQemu(plain, SIZE);
      ioByQemu(plain, WITHOUT_ZEROS);
      const options = `cluster_size=${clusterSize}`;
      runTool(
        "qemu-img",
        "convert",
        "-c",
        "-f",
        "qcow2",
        "-O",
        "qcow2",
        "-o",
        options,
        plain,
        path,
      );
      const content = await contentByUs(path);
      expect(content.equals(contentByQemu(plain))).toBe(true);
      await withImage(path, async (storage) => {
        await fill(storage, 100 * KIB + 5, 300 * KIB, 9);
        await askNow(storage, "discard", 2 * MIB, 2 * MIB);
      });
      content.fill(9, 100 * KIB + 5, 400 * KIB + 5).fill(0, 2 * MIB, 4 * MIB);
      expect(checkByQemu(path)).toEqual(CLEAN);
      expect(contentByQemu(path).equals(content)).toBe(true);
    }
  });

  test("with snapshots keeps them as they are when we write to it", async () => {
    for (const options of [["cluster_size=4k"], ["cluster_size=512"], [], ["compat=0.10"]]) {
      const path = newPath();
      createByQemu(path, SIZE, ...options);
      ioByQemu(path, COMMANDS);
      runTool("qemu-img", "snapshot", "-c", "one", path);
      ioByQemu(path, ["write -P 8 10k 400k", "discard 3M 64k"]);
      runTool("qemu-img", "snapshot", "-c", "two", path);
      const [one, two] = [contentByQemu(path, "one"), contentByQemu(path, "two")];
      const content = await contentByUs(path);
      await withImage(path, async (storage) => {
        expect(storage.snapshots.map(({ name }) => name)).toEqual(["one", "two"]);
        expect((await readAll(storage)).equals(two)).toBe(true);
        await fill(storage, 5, MIB, 10);
        await askNow(storage, "discard", 3 * MIB, MIB);
        await askNow(storage, "flush");
        await fill(storage, 3 * MIB + 5000, 5, 11);
      });
      content
        .fill(10, 5, MIB + 5)
        .fill(0, 3 * MIB, 4 * MIB)
        .fill(11, 3 * MIB + 5000, 3 * MIB + 5005);
      expect(checkByQemu(path)).toEqual(CLEAN);
      expect(checkQcow2(path)).toMatchObject(CLEAN);
      expect(contentByQemu(path).equals(content)).toBe(true);
      expect(contentByQemu(path, "one").equals(one)).toBe(true);
      expect(contentByQemu(path, "two").equals(two)).toBe(true);
      runTool("qemu-img", "snapshot", "-d", "one", path);
      await withImage(path, (storage) => fill(storage, MIB, 999, 12));
      expect(checkByQemu(path)).toEqual(CLEAN);
    }
  });

  test("with a backing file has the clusters of its own that qemu-img map says", async () => {
    const base = newPath();
    createByQemu(base, SIZE);
    ioByQemu(base, ["write -P 1 0 5M"]);
    for (const compat of ["1.1", "0.10"]) await compareOwnClusters(base, compat);
  });
});

/** Changes an image by both, and compares what either says that the image has itself. */
async function compareOwnClusters(base: string, compat: string): Promise<void> {
  const [path, other] = [newPath(), newPath()];
  const backing = [`backing_file=${base}`, "backing_fmt=qcow2"];
  createByQemu(path, SIZE, ...backing, "cluster_size=4k", `compat=${compat}`);
  ioByQemu(path, ["write -P 2 64k 100k", "write -z 1M 64k", "discard 2M 128k"]);
  fs.copyFileSync(path, other);
  const storage = openQcow2(path);
  expect(storage.header.backing).toEqual({ file: base, format: "qcow2" });
  expect(ownRanges(path)).toEqual([...storage.ownClusters()].filter(isOwn));
  await fill(storage, 3 * MIB, 4 * KIB, 3);
  await askNow(storage, "write-zeroes", 4 * MIB, 4 * KIB);
  await askNow(storage, "discard", 4160 * KIB, 66 * KIB);
  const own = [...storage.ownClusters()].filter(isOwn);
  storage.close();
  expect(ownRanges(path)).toEqual(own);
  ioByQemu(other, ["write -P 3 3M 4k", "write -z -u 4M 4k", "discard 4160k 66k"]);
  expect(ownRanges(other)).toEqual(own);
  expect(checkByQemu(path)).toEqual(CLEAN);
  expect(contentByQemu(path).equals(contentByQemu(other))).toBe(true);
}

interface MapEntry {
  readonly start: number;
  readonly length: number;
  readonly depth: number;
  readonly zero: boolean;
  readonly data: boolean;
}

/** What `qemu-img map` finds in the image itself. */
function ownRanges(path: string) {
  const entries: MapEntry[] = JSON.parse(
    runTool("qemu-img", "map", "--output=json", "-f", "qcow2", path),
  );
  return entries
    .filter(({ depth }) => depth === 0)
    .map(({ start, length, zero }) => ({ kind: zero ? "zero" : "data", offset: start, length }));
}

function isOwn({ kind }: { readonly kind: string }): boolean {
  return kind !== "absent";
}

describe("an image by us", () => {
  test("passes qemu-img check, with everything that it may be made with", async () => {
    const drawn = fc.record({
      clusterSize: fc.constantFrom(512, 4096, 65_536, 2 * MIB),
      refcountBits: fc.constantFrom(1, 2, 4, 8, 16, 32, 64),
      lazyRefcounts: fc.boolean(),
      size: fc.constantFrom(0, 512, 65_536, MIB + 512, 20 * MIB),
      backing: fc.constantFrom(undefined, { file: "base.img", format: "raw" }),
    });
    fs.writeFileSync(join(dirname(newPath()), "base.img"), Buffer.alloc(MIB));
    await fc.assert(
      fc.asyncProperty(drawn, async ({ backing, ...options }) => {
        const path = newPath();
        createQcow2(path, backing === undefined ? options : { ...options, backing });
        expect(checkByQemu(path)).toEqual(CLEAN);
        const facts = JSON.parse(runTool("qemu-img", "info", "--output=json", path));
        expect(facts).toMatchObject({
          "virtual-size": options.size,
          "cluster-size": options.clusterSize,
          ...(backing && { "backing-filename": "base.img", "backing-filename-format": "raw" }),
          "format-specific": {
            data: {
              "refcount-bits": options.refcountBits,
              "lazy-refcounts": options.lazyRefcounts,
              corrupt: false,
            },
          },
        });
      }),
      { numRuns: 12, seed: 1 },
    );
  });

  test("shows QEMU the same disk, whatever its clusters are", async () => {
    for (const clusterSize of [512, 4096, 65_536, 2 * MIB]) {
      for (const version of [2, 3] as const) {
        const [path, raw] = [newPath(), newPath()];
        createQcow2(path, { size: SIZE, clusterSize, version });
        await withImage(path, async (storage) => {
          await fill(storage, 4000, MIB, 1);
          await fill(storage, 4 * MIB, MIB, 2);
          await askNow(storage, "discard", 100_000, 500_000);
          await fill(storage, 200_000, 12_345, 3);
          const content = await readAll(storage);
          fs.writeFileSync(raw, content);
        });
        expect(checkByQemu(path)).toEqual(CLEAN);
        runTool("qemu-img", "compare", "-f", "raw", "-F", "qcow2", raw, path);
      }
    }
  });

  test("grows as qemu-img would let it grow", async () => {
    const path = newPath();
    createQcow2(path, { size: MIB, clusterSize: 512 });
    await withImage(path, (storage) => fill(storage, 0, MIB, 1));
    for (const size of [MIB + 512, 3 * MIB, 3 * MIB, 64 * MIB]) {
      resizeQcow2(path, size);
      expect(checkByQemu(path)).toEqual(CLEAN);
      expect(openQcow2(path, { readOnly: true }).length).toBe(size);
    }
    ioByQemu(path, ["read -P 1 0 1M", "read -P 0 1M 1M", "write -P 2 63M 1M"]);
    expect(() => resizeQcow2(path, MIB)).toThrow(/qemu-img resize --shrink/);
  });

  test("shows zeros where it grows, however long its backing file is (H51)", async () => {
    const [base, path, old, partial] = [newPath(), newPath(), newPath(), newPath()];
    createByQemu(base, 8 * MIB);
    ioByQemu(base, ["write -P 7 0 8M"]);
    const backing = { file: base, format: "qcow2" } as const;
    createQcow2(path, { size: MIB, clusterSize: 4096, backing });
    ioByQemu(path, ["read -P 7 0 1M", "write -P 1 512k 64k"]);
    resizeQcow2(path, 64 * MIB, { behind: 8 * MIB });
    expect(checkByQemu(path)).toEqual(CLEAN);
    ioByQemu(path, ["read -P 7 0 512k", "read -P 1 512k 64k", "read -P 7 576k 448k"]);
    ioByQemu(path, ["read -P 0 1M 63M"]);
    createQcow2(old, { size: MIB, version: 2, backing });
    expect(refusal("bad-argument", () => resizeQcow2(old, 2 * MIB))).toMatch(/version 2/);
    createQcow2(partial, { size: MIB + 512, backing });
    expect(refusal("bad-argument", () => resizeQcow2(partial, 2 * MIB))).toMatch(/last cluster/);
    ioByQemu(partial, ["write -P 2 1M 512", "read -P 7 0 1M"]);
    resizeQcow2(partial, 2 * MIB);
    ioByQemu(partial, [
      "read -P 7 0 1M",
      "read -P 2 1M 512",
      `read -P 0 ${MIB + 512} ${MIB - 512}`,
    ]);
    expect(checkByQemu(partial)).toEqual(CLEAN);
  });

  test("leaves a snapshot what it has if the disk is cut within a cluster and grows", async () => {
    const base = newPath();
    createByQemu(base, MIB);
    ioByQemu(base, ["write -P 9 0 1M"]);
    for (const backing of [[], [`backing_file=${base}`, "backing_fmt=qcow2"]]) {
      const path = newPath();
      createByQemu(path, MIB, ...backing);
      ioByQemu(path, ["write -P 7 0 1M"]);
      runTool("qemu-img", "snapshot", "-c", "whole", path);
      resizeQcow2(path, 96 * KIB, { shrink: true });
      expect(checkByQemu(path)).toEqual(CLEAN);
      resizeQcow2(path, MIB, { behind: MIB });
      const expected = Buffer.alloc(MIB);
      expected.fill(7, 0, 96 * KIB);
      expect((await contentByUs(path)).equals(expected)).toBe(true);
      expect(contentByQemu(path).equals(expected)).toBe(true);
      expect(contentByQemu(path, "whole").equals(Buffer.alloc(MIB, 7))).toBe(true);
      expect(checkByQemu(path)).toEqual(CLEAN);
    }
  });
});

describe("what we refuse", () => {
  test("is named as QEMU names it", () => {
    const cases = [
      [["data_file=data", "data_file_raw=on"], /external data file/],
      [["extended_l2=on"], /extended L2 entries/],
    ] as const;
    for (const [options, message] of cases) {
      const path = newPath();
      const made = options.map((option) => option.replace("=data", `=${path}-data`));
      createByQemu(path, MIB, ...made);
      expect(() => openQcow2(path, { readOnly: true })).toThrow(message);
    }
  });

  test("is zstd, when a cluster is read that needs it and Node has none", async () => {
    const [plain, path] = [newPath(), newPath()];
    createByQemu(plain, MIB);
    ioByQemu(plain, ["write -P 1 0 128k"]);
    const zstd = "compression_type=zstd";
    runTool("qemu-img", "convert", "-c", "-f", "qcow2", "-O", "qcow2", "-o", zstd, plain, path);
    const storage = openQcow2(path);
    const buffer = Buffer.alloc(512);
    const errno = zstdDecompressor() === null ? "ENOTSUP" : null;
    expect(await askNow(storage, "read", 0, 512, buffer)).toMatchObject({ errno });
    if (errno === null) expect(buffer.equals(Buffer.alloc(512, 1))).toBe(true);
    expect(await askNow(storage, "read", 512 * KIB, 512, buffer)).toMatchObject({ errno: null });
    storage.close();
    expect(checkByQemu(path)).toEqual(CLEAN);
  });
});
