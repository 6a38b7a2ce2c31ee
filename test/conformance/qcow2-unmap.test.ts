/**
 * What a qcow2 image does not use any more is given back to its file, if it is opened to do so: as
 * much as QEMU gives back with `discard=unmap`; and the image is clean and shows the same.
 */
import fs from "node:fs";
import { expect } from "vitest";
import { openQcow2 } from "../../src/storage/qcow2/open.ts";
import { askNow, OK } from "../storage/ask.ts";
import { scratch } from "../storage/scratch.ts";
import { runTool } from "../support/qemu-tools.ts";
import { needsTool } from "../tools/needs-tool.ts";
import { checkByQemu, contentByQemu, createByQemu, ioByQemu } from "./qcow2-tools.ts";

const { test } = needsTool("qemu-img", "qemu-io");

const KIB = 1024;
const MIB = 1024 * KIB;
const newPath = scratch();

/** bytes that the file takes on its disk */
function taken(path: string): number {
  return fs.statSync(path).blocks * 512;
}

function makeImage(...options: readonly string[]): string {
  const path = newPath();
  createByQemu(path, 16 * MIB, ...options);
  ioByQemu(path, ["write -P 5 0 8M"]);
  return path;
}

async function discardByUs(path: string, unmap: boolean): Promise<void> {
  const storage = openQcow2(path, { unmap });
  expect(await askNow(storage, "discard", 1 * MIB, 6 * MIB)).toEqual(OK);
  expect(await askNow(storage, "flush")).toEqual(OK);
  storage.close();
}

for (const options of [["cluster_size=4k"], [], ["cluster_size=1M"]]) {
  test(`a discard frees as much as QEMU's: ${options.join() || "the usual clusters"}`, async () => {
    const [ours, theirs, kept] = [
      makeImage(...options),
      makeImage(...options),
      makeImage(...options),
    ];
    const before = taken(ours);
    await discardByUs(ours, true);
    ioByQemu(theirs, ["discard 1M 6M"]);
    await discardByUs(kept, false);
    expect(before - taken(ours)).toBeGreaterThan(5 * MIB);
    expect(Math.abs(taken(ours) - taken(theirs))).toBeLessThan(256 * KIB);
    expect(taken(kept)).toBeGreaterThan(8 * MIB - 64 * KIB);
    for (const path of [ours, kept]) {
      expect(checkByQemu(path)).toEqual({ corruptions: 0, leaks: 0 });
      expect(contentByQemu(path).equals(contentByQemu(theirs))).toBe(true);
    }
  });
}

test("what a snapshot uses stays", async () => {
  const path = makeImage();
  runTool("qemu-img", "snapshot", "-c", "s", path);
  const before = taken(path);
  await discardByUs(path, true);
  expect(taken(path)).toBeGreaterThanOrEqual(before);
  expect(
    contentByQemu(path, "s")
      .subarray(0, 8 * MIB)
      .equals(Buffer.alloc(8 * MIB, 5)),
  ).toBe(true);
  expect(checkByQemu(path)).toEqual({ corruptions: 0, leaks: 0 });
});
