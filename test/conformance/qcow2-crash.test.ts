/**
 * A crash while we change an image of qemu-img, with snapshots, compressed clusters and bitmaps,
 * leaves leaks at most, by our word and now and then by that of `qemu-img check`; its snapshots are
 * what they were, and a bitmap that can be relied upon tells of every change.
 */
import fs from "node:fs";
import * as fc from "fast-check";
import { expect } from "vitest";
import { checkQcow2On } from "../../src/storage/qcow2/check.ts";
import { openQcow2On } from "../../src/storage/qcow2/open.ts";
import { contentIn } from "../storage/qcow2/content-of.ts";
import { MemoryHost } from "../storage/qcow2/memory-host.ts";
import { crashed, dice, faultsAfter, programsFor, record } from "../storage/qcow2/power-cut.ts";
import { scratch } from "../storage/scratch.ts";
import { explored } from "../support/exploration.ts";
import { runTool } from "../support/qemu-tools.ts";
import { needsTool } from "../tools/needs-tool.ts";
import { checkByQemu, contentByQemu, createByQemu, ioByQemu } from "./qcow2-tools.ts";

const { test } = needsTool("qemu-img", "qemu-io");

const SIZE = 60 * 1024;
const newPath = scratch();

/** Bytes of it are below 32. */
function makeImage(options: readonly string[]): string {
  const [plain, path] = [newPath(), newPath()];
  createByQemu(plain, SIZE);
  ioByQemu(plain, ["write -P 31 0 20k", "write -P 30 30k 3k"]);
  const chosen = ["-f", "qcow2", "-O", "qcow2", "-o", options.join(",")];
  runTool("qemu-img", "convert", "-c", ...chosen, plain, path);
  ioByQemu(path, ["write -P 29 4k 9k", "write -z 40k 8k"]);
  runTool("qemu-img", "snapshot", "-c", "s", path);
  if (!options.includes("compat=0.10"))
    runTool("qemu-img", "bitmap", "--add", "-g", "4k", path, "b");
  ioByQemu(path, ["write -P 28 6k 5k"]);
  return path;
}

/** Changes of the disk that a bitmap does not tell of, although it can be relied upon. */
function untold(before: Buffer, host: MemoryHost): number[] {
  const storage = openQcow2On(host, "image", { readOnly: true });
  const [then, now] = [contentIn(new MemoryHost(before)), contentIn(host)];
  return storage.bitmaps.list
    .filter(({ inconsistent }) => !inconsistent)
    .flatMap(({ name, granularity }) => {
      const bits = storage.bitmaps.bits(name);
      const isTold = (at: number) => {
        const bit = Math.floor(at / granularity);
        return (((bits[bit >> 3] ?? 0) >> (bit % 8)) & 1) === 1;
      };
      return [...now.keys()].filter((at) => now[at] !== then[at] && !isTold(at));
    });
}

test("a crash leaves leaks at most, and snapshots as they were", async () => {
  const paths = [
    makeImage(["cluster_size=512"]),
    makeImage(["cluster_size=4k"]),
    makeImage(["cluster_size=1k", "compat=0.10"]),
    makeImage(["cluster_size=512", "refcount_bits=64"]),
  ];
  const snapshots = paths.map((path) => contentByQemu(path, "s"));
  const left = newPath();
  await fc.assert(
    fc.asyncProperty(
      ...([fc.nat(paths.length - 1), programsFor(SIZE), fc.nat()] as const),
      async (index, program, seed) => {
        const recording = await record(fs.readFileSync(paths[index] ?? ""), program);
        expect(
          checkQcow2On(
            crashed(recording, recording.steps.length, () => true),
            "image",
          ),
        ).toEqual({ corruptions: 0, leaks: 0, findings: [] });
        const roll = dice(seed);
        for (let at = 0; at <= recording.steps.length; at++) {
          const odds = roll();
          const host = crashed(recording, at, () => roll() < odds);
          expect(faultsAfter(recording, at, host)).toEqual([]);
          expect(untold(recording.before, host)).toEqual([]);
          if (roll() > 5) continue;
          fs.writeFileSync(left, host.content());
          expect(checkByQemu(left).corruptions).toBe(0);
          expect(contentByQemu(left, "s").equals(snapshots[index] ?? Buffer.alloc(0))).toBe(true);
        }
      },
    ),
    explored(12),
  );
});
