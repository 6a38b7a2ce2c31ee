/**
 * The commands on images that qemu-img made and qemu-io filled, and what these tools say about disk
 * and view afterwards. (What the models and the interpreters do there is test/conformance/.)
 */
import { copyFileSync, readFileSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { createImage, qemuIo, requireSame } from "../support/qemu-tools.ts";
import { needsTool } from "../tools/needs-tool.ts";
import { blockgraph, scratchFolder } from "./blockgraph.ts";

const { describe, test } = needsTool("qemu-img", "qemu-io");

/** The upstream test's patterns: what is on the disk before, as qemu-io spells it. */
const PATTERNS = ["0x5d 0 64k", "0xd5 1M 64k", "0xdc 32M 64k", "0xcd 0x3ff0000 64k"];
/** What the guest writes. */
const OVERWRITES = ["0xab 0 64k", "0xad 0x00f8000 64k", "0x1d 0x2008000 64k", "0xea 0x3fe0000 64k"];
/** Zero in the view, although the guest wrote there. */
const ZEROES = ["0x00 0x00f8000 32k", "0x00 0x2010000 32k", "0x00 0x3fe0000 64k"];
/** What is left of the patterns on the disk. */
const REMAINDERS = ["0xd5 0x108000 32k", "0xdc 32M 32k", "0xcd 0x3ff0000 64k"];

/** Areas as commands of qemu-io. */
function commands(verb: "read" | "write", areas: readonly string[]): string[] {
  return areas.map((area) => `${verb} -P ${area}`);
}

/** A folder with a disk of some length, patterns on it, and a copy of it as it was then. */
function prepared(length: number): { folder: string; disk: string; before: string } {
  const folder = scratchFolder();
  const [disk, before] = [join(folder, "disk.raw"), join(folder, "before.raw")];
  createImage(disk, length);
  // qemu-img makes whole sectors only.
  truncateSync(disk, length);
  qemuIo(disk, commands("write", PATTERNS));
  expect(statSync(disk).size).toBe(length);
  copyFileSync(disk, before);
  return { folder, disk, before };
}

/** No multiple of a cluster, nor of a sector. */
const LENGTH = 64 * 1024 * 1024 + 12_345;

describe("image-fleecing on images of qemu-img", () => {
  test("disk and view are what qemu-io expects", async () => {
    const { folder, disk, before } = prepared(LENGTH);
    const finished = await blockgraph(["run", "image-fleecing", "--dir", folder]);
    expect(finished).toMatchObject({ code: 0, stderr: "" });
    const view = join(folder, "view.raw");
    qemuIo(disk, commands("read", [...OVERWRITES, ...REMAINDERS]));
    qemuIo(view, commands("read", [...PATTERNS, ...ZEROES]));
    requireSame(view, before);
    expect(statSync(disk).size).toBe(LENGTH);
  });

  test("after 2000 random requests the view is the old disk, the log has the new", async () => {
    const { folder, disk, before } = prepared(LENGTH);
    const log = join(folder, "run.jsonl");
    const random = ["--requests", "2000", "--depth", "32", "--seed", "11", "--log", log];
    const finished = await blockgraph(["run", "image-fleecing", "--dir", folder, ...random]);
    expect(finished).toMatchObject({ code: 0, stderr: "" });
    requireSame(join(folder, "view.raw"), before);
    const again = join(folder, "again");
    const replayed = await blockgraph(["replay", log, "--on", "files", "--dir", again]);
    expect(replayed).toMatchObject({ code: 0, stderr: "" });
    requireSame(join(again, "disk.raw"), disk);
    expect(readFileSync(disk).equals(readFileSync(before))).toBe(false);
  });
});
