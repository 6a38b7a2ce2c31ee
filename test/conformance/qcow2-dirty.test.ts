/**
 * Images with lazy refcounts whose QEMU was killed: we open them for writing as the next QEMU
 * would, with refcounts that `qemu-img check` has nothing to say against, and the same disk.
 */
import fs from "node:fs";
import { expect } from "vitest";
import { checkQcow2 } from "../../src/storage/qcow2/check.ts";
import { openQcow2 } from "../../src/storage/qcow2/open.ts";
import { scratch } from "../storage/scratch.ts";
import { runTool } from "../support/qemu-tools.ts";
import { needsTool } from "../tools/needs-tool.ts";
import {
  checkByQemu,
  contentByQemu,
  createByQemu,
  fill,
  tryTool,
  withImage,
} from "./qcow2-tools.ts";

const { test } = needsTool("qemu-img", "qemu-io");

const SIZE = 4 * 1024 * 1024;
const newPath = scratch();

/** Makes an image and kills the qemu-io that changes it. */
function killed(options: readonly string[]): string {
  const path = newPath();
  createByQemu(path, SIZE, "lazy_refcounts=on", ...options);
  runTool("qemu-io", "-f", "qcow2", "-c", "write -P 1 0 300k", "-c", "discard 64k 64k", path);
  runTool("qemu-img", "snapshot", "-c", "s", path);
  const commands = ["write -P 2 100k 500k", "discard 0 64k", "write -P 3 2M 70k", "flush"];
  const args = [...commands, "write -P 4 3M 200k", "sigraise 9"].flatMap((each) => ["-c", each]);
  tryTool("qemu-io", "-d", "unmap", "-f", "qcow2", ...args, path);
  return path;
}

for (const options of [
  ["cluster_size=512"],
  ["cluster_size=4k", "refcount_bits=64"],
  ["cluster_size=64k"],
]) {
  test(`refcounts are rebuilt: ${options.join(", ")}`, async () => {
    const path = killed(options);
    const twin = newPath();
    fs.copyFileSync(path, twin);
    expect(fs.readFileSync(path).readBigUInt64BE(72)).toBe(1n);
    expect(checkByQemu(path).corruptions).toBeGreaterThan(0);
    openQcow2(path).close();
    expect(fs.readFileSync(path).readBigUInt64BE(72)).toBe(0n);
    expect(checkByQemu(path)).toEqual({ corruptions: 0, leaks: 0 });
    expect(checkQcow2(path)).toMatchObject({ corruptions: 0, leaks: 0 });

    // QEMU repairs its copy when it opens it.
    runTool("qemu-io", "-f", "qcow2", "-c", "flush", twin);
    for (const snapshot of [undefined, "s"]) {
      const [ours, theirs] = [contentByQemu(path, snapshot), contentByQemu(twin, snapshot)];
      expect(ours.equals(theirs)).toBe(true);
    }
    await withImage(path, async (storage) => fill(storage, 0, SIZE, 7));
    expect(checkByQemu(path)).toEqual({ corruptions: 0, leaks: 0 });
    expect(contentByQemu(path).equals(Buffer.alloc(SIZE, 7))).toBe(true);
    expect(contentByQemu(path, "s").equals(contentByQemu(twin, "s"))).toBe(true);
  });
}
