/**
 * Persistent bitmaps in an image mean the same to us and to QEMU: what one stored the other finds.
 * That of open images is in persistent-bitmaps.test.ts.
 */
import fs from "node:fs";
import { expect } from "vitest";
import { resizeQcow2 } from "../../src/storage/qcow2/resize.ts";
import { scratch } from "../storage/scratch.ts";
import { runTool } from "../support/qemu-tools.ts";
import { needsTool } from "../tools/needs-tool.ts";
import { checkByQemu, createByQemu, fill, ioByQemu, withImage } from "./qcow2-tools.ts";

const { test } = needsTool("qemu-img", "qemu-io", "qemu-nbd", "nbdinfo");

const KIB = 1024;
const MIB = 1024 * KIB;
const newPath = scratch();
const CLEAN = { corruptions: 0, leaks: 0 };

interface Extent {
  readonly offset: number;
  readonly length: number;
  readonly type: number;
}

/** The parts of the disk that a bitmap calls changed, by the word of qemu-nbd. */
function dirtyByQemu(path: string, bitmap: string): string[] {
  const map = `--map=qemu:dirty-bitmap:${bitmap}`;
  const server = ["[", "qemu-nbd", "-r", "-f", "qcow2", "-B", bitmap, path, "]"];
  const extents: Extent[] = JSON.parse(runTool("nbdinfo", "--json", map, "--", ...server));
  return extents
    .filter(({ type }) => type === 1)
    .map(({ offset, length }) => `${offset / KIB}+${length / KIB}`);
}

function flagsByQemu(path: string): unknown {
  const facts = JSON.parse(runTool("qemu-img", "info", "--output=json", path));
  return facts["format-specific"].data.bitmaps;
}

function namesByQemu(path: string): string[] {
  const facts = JSON.parse(runTool("qemu-img", "info", "-U", "--output=json", path));
  const { bitmaps = [] } = facts["format-specific"].data;
  return bitmaps.map(({ name }: { name: string }) => name);
}

function makeImage(...options: readonly string[]): string {
  const path = newPath();
  createByQemu(path, 8 * MIB, ...options);
  for (const name of ["every", "fine", "off"]) {
    const granularity = name === "fine" ? "4k" : "64k";
    runTool("qemu-img", "bitmap", "--add", "-g", granularity, path, name);
  }
  runTool("qemu-img", "bitmap", "--disable", path, "off");
  return path;
}

test("what was recorded is found, and stored again as it is to be", async () => {
  for (const options of [[], ["cluster_size=512"], ["cluster_size=2M"]]) {
    const path = makeImage(...options);
    ioByQemu(path, ["write -P 1 0 4k", "write -P 3 7M 1k"]);
    await withImage(path, async (storage) => {
      const { list } = storage.bitmaps;
      expect(list.map(({ name, granularity, enabled }) => [name, granularity, enabled])).toEqual([
        ["every", 64 * KIB, true],
        ["fine", 4 * KIB, true],
        ["off", 64 * KIB, false],
      ]);
      const every = storage.bitmaps.bits("every");
      expect([...every].map((byte) => byte.toString(2))).toEqual([
        ...["1", "0", "0", "0", "0", "0", "0", "0", "0", "0", "0", "0", "0", "0", "1", "0"],
      ]);
      await fill(storage, MIB, 512, 2);
      every[2] = 1;
      const bits = { every, fine: storage.bitmaps.bits("fine"), new: Uint8Array.of(2) };
      storage.bitmaps.store([
        { name: "every", granularity: 64 * KIB, enabled: false, bits: bits.every },
        { name: "fine", granularity: 4 * KIB, enabled: true, bits: bits.fine },
        { name: "new", granularity: MIB, enabled: true, bits: bits.new },
      ]);
    });
    expect(checkByQemu(path)).toEqual(CLEAN);
    expect(flagsByQemu(path)).toEqual([
      { name: "every", granularity: 64 * KIB, flags: [] },
      { name: "fine", granularity: 4 * KIB, flags: ["auto"] },
      { name: "new", granularity: MIB, flags: ["auto"] },
    ]);
    expect(dirtyByQemu(path, "every")).toEqual(["0+64", "1024+64", "7168+64"]);
    expect(dirtyByQemu(path, "fine")).toEqual(["0+4", "7168+4"]);
    expect(dirtyByQemu(path, "new")).toEqual(["1024+1024"]);
  }
});

test("one that is removed is gone at once, and the last one with the whole directory", async () => {
  const path = makeImage("cluster_size=512");
  await withImage(path, async ({ bitmaps }) => {
    bitmaps.use();
    bitmaps.remove("fine");
    expect(namesByQemu(path)).toEqual(["every", "off"]);
    bitmaps.remove("every");
    bitmaps.remove("off");
    expect(flagsByQemu(path)).toBe(undefined);
  });
  expect(checkByQemu(path)).toEqual(CLEAN);
  await withImage(path, async ({ bitmaps }) => {
    const bits = new Uint8Array(2 * KIB);
    bitmaps.store([{ name: "b", granularity: 512, enabled: true, bits }]);
  });
  expect(checkByQemu(path)).toEqual(CLEAN);
  expect(namesByQemu(path)).toEqual(["b"]);
});

test("who writes and stores none leaves them inconsistent, for both, for good", async () => {
  const path = makeImage();
  await withImage(path, async () => {});
  expect(flagsByQemu(path)).toMatchObject([
    { name: "every", flags: ["auto"] },
    { name: "fine", flags: ["auto"] },
    { name: "off", flags: [] },
  ]);
  const inUse = (flags: string[]) => ({ flags: expect.arrayContaining(flags) });
  const all = [inUse(["in-use", "auto"]), inUse(["in-use", "auto"]), inUse(["in-use"])];
  await withImage(path, (storage) => fill(storage, 0, 512, 1));
  expect(flagsByQemu(path)).toMatchObject(all);
  await withImage(path, async (again) => {
    const { bitmaps } = again;
    expect(bitmaps.list.every(({ inconsistent }) => inconsistent)).toBe(true);
    expect(() => bitmaps.bits("every")).toThrow(/Inconsistent and cannot be used: 'every'/);
    expect(() => bitmaps.bits("none")).toThrow(/no bitmap 'none'/);
    await fill(again, 0, 512, 2);
    bitmaps.store(bitmaps.list.map((bitmap) => ({ ...bitmap, bits: null })));
  });
  expect(flagsByQemu(path)).toMatchObject(all);
  expect(checkByQemu(path)).toEqual(CLEAN);
});

test("are left alone where somebody who did not know them has written", async () => {
  const path = makeImage();
  const bytes = fs.readFileSync(path);
  bytes.writeBigUInt64BE(0n, 88);
  fs.writeFileSync(path, bytes);
  await withImage(path, async (storage) => {
    expect(storage.bitmaps.list).toEqual([]);
    await fill(storage, 0, 512, 1);
  });
  expect(fs.readFileSync(path).readBigUInt64BE(88)).toBe(0n);
  expect(checkByQemu(path).corruptions).toBe(0);
});

test("an image that gets another length keeps what was recorded, as with qemu-img", () => {
  for (const options of [[], ["cluster_size=512"], ["cluster_size=2M"]]) {
    const [ours, theirs] = [makeImage(...options), newPath()];
    ioByQemu(ours, ["write -P 1 0 4k", "write -P 3 4M 1k", "write -P 3 7M 1M"]);
    fs.copyFileSync(ours, theirs);
    for (const size of [24 * MIB, 24 * MIB + 512, 9 * MIB, 7 * MIB + 5 * KIB, 512, 8 * MIB]) {
      resizeQcow2(ours, size, { shrink: true });
      runTool("qemu-img", "resize", "-q", "--shrink", "-f", "qcow2", theirs, String(size));
      expect(checkByQemu(ours)).toEqual(CLEAN);
      expect(flagsByQemu(ours)).toEqual(flagsByQemu(theirs));
      for (const name of ["every", "fine", "off"]) {
        expect(dirtyByQemu(ours, name), `${name} ${size}`).toEqual(dirtyByQemu(theirs, name));
      }
    }
  }
});
