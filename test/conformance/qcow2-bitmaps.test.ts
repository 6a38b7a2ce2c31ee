/**
 * Persistent bitmaps mean the same to us and to QEMU: what one recorded the other goes on with.
 */
import fs from "node:fs";
import { expect } from "vitest";
import { openQcow2 } from "../../src/storage/qcow2/open.ts";
import { askNow } from "../storage/ask.ts";
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

test("changes are recorded, and QEMU goes on with what we stored", async () => {
  for (const options of [[], ["cluster_size=512"], ["cluster_size=2M"]]) {
    const path = makeImage(...options);
    ioByQemu(path, ["write -P 1 0 4k"]);
    await withImage(path, async (storage) => {
      expect(storage.bitmaps.map(({ name, enabled }) => [name, enabled])).toEqual([
        ["every", true],
        ["fine", true],
        ["off", false],
      ]);
      await fill(storage, MIB + 5000, 100, 2);
      await askNow(storage, "discard", 4 * MIB, 64 * KIB);
    });
    expect(checkByQemu(path)).toEqual(CLEAN);
    ioByQemu(path, ["write -P 3 7M 1k"]);
    const reader = openQcow2(path, { readOnly: true });
    expect([...reader.bits("every")].map((byte) => byte.toString(2))).toEqual([
      ...["1", "0", "1", "0", "0", "0", "0", "0", "1", "0", "0", "0", "0", "0", "1", "0"],
    ]);
    expect(reader.bits("off").some((byte) => byte !== 0)).toBe(false);
    reader.close();
    expect(dirtyByQemu(path, "every")).toEqual(["0+64", "1024+64", "4096+64", "7168+64"]);
    expect(dirtyByQemu(path, "fine")).toEqual(["0+4", "1028+4", "4096+64", "7168+4"]);
    expect(dirtyByQemu(path, "off")).toEqual([]);
    await withImage(path, (storage) => fill(storage, 64 * KIB, 512, 4));
    expect(checkByQemu(path)).toEqual(CLEAN);
    expect(dirtyByQemu(path, "fine")).toEqual(["0+4", "64+4", "1028+4", "4096+64", "7168+4"]);
  }
});

test("a crash makes them inconsistent, for both, and they stay so", async () => {
  const [path, copy] = [makeImage(), newPath()];
  const storage = openQcow2(path);
  await fill(storage, 0, 512, 1);
  await askNow(storage, "flush");
  fs.copyFileSync(path, copy);
  storage.close();
  const inUse = (flags: string[]) => ({ flags: expect.arrayContaining(flags) });
  expect(flagsByQemu(copy)).toMatchObject([
    inUse(["in-use", "auto"]),
    inUse(["in-use", "auto"]),
    inUse(["in-use"]),
  ]);
  await withImage(copy, async (again) => {
    expect(again.bitmaps.every(({ inconsistent }) => inconsistent)).toBe(true);
    expect(() => again.bits("every")).toThrow(/Inconsistent and cannot be used: 'every'/);
    expect(() => again.bits("none")).toThrow(/no bitmap 'none'/);
    await fill(again, 0, 512, 2);
  });
  expect(flagsByQemu(copy)).toMatchObject([
    inUse(["in-use", "auto"]),
    inUse(["in-use", "auto"]),
    inUse(["in-use"]),
  ]);
  expect(flagsByQemu(path)).toMatchObject([
    { name: "every", flags: ["auto"] },
    { name: "fine", flags: ["auto"] },
    { name: "off", flags: [] },
  ]);
  expect(checkByQemu(copy).corruptions).toBe(0);
});

test("are left alone where somebody who did not know them has written", async () => {
  const path = makeImage();
  const bytes = fs.readFileSync(path);
  bytes.writeBigUInt64BE(0n, 88);
  fs.writeFileSync(path, bytes);
  await withImage(path, async (storage) => {
    expect(storage.bitmaps).toEqual([]);
    await fill(storage, 0, 512, 1);
  });
  expect(fs.readFileSync(path).readBigUInt64BE(88)).toBe(0n);
  expect(checkByQemu(path).corruptions).toBe(0);
});
