/**
 * QEMU's fleecing test on images made, filled and judged by QEMU's own tools.
 *
 * Patterns and areas are written down again here, from the upstream test, and not taken from the
 * model: what is checked is the model as well.
 */
import { join } from "node:path";
import { describe, expect } from "vitest";
import { imageFleecing } from "../../models/image-fleecing.ts";
import { copyImage, createImage, qemuIo, requireSame } from "../support/qemu-tools.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";
import { needsTool } from "../tools/needs-tool.ts";
import { commands, OVERWRITES, PATTERNS, REMAINDERS, ZEROES } from "./fleecing-areas.ts";
import { beforeOf, requireHolds, requireReplays, runInFolder } from "./run-in-folder.ts";

const { test } = needsTool("qemu-img", "qemu-io");

const MIB = 1024 * 1024;

/** Makes the disk of the upstream test; if it is to be longer, with something in the rest. */
function makeDisk(folder: string, bytes = 64 * MIB): void {
  const disk = join(folder, "disk.raw");
  createImage(disk, bytes);
  qemuIo(disk, commands("write", PATTERNS));
  if (bytes > 64 * MIB) qemuIo(disk, [`write -P 0x77 64M ${bytes - 64 * MIB}`]);
}

/** Asks qemu-io about everything that the upstream test asks about, and compares whole images. */
function judgeImages(folder: string): void {
  const disk = join(folder, "disk.raw");
  const view = join(folder, "view.raw");
  qemuIo(disk, commands("read", [...OVERWRITES, ...REMAINDERS]));
  qemuIo(view, commands("read", [...PATTERNS, ...ZEROES]));
  requireSame(view, beforeOf(folder));
  const expected = join(folder, "expected.raw");
  copyImage(beforeOf(folder), expected);
  qemuIo(expected, commands("write", OVERWRITES));
  requireSame(disk, expected);
}

describe("image-fleecing on images of qemu-img", () => {
  const runs = [
    { order: "free", seed: 1 },
    { order: "free", seed: 2 },
    { order: "seeded", seed: 1 },
    { order: "seeded", seed: 2 },
    { order: "seeded", seed: 3 },
  ] as const;
  for (const run of runs) {
    test(`${run.order} order, seed ${run.seed}: qemu-io reads what belongs there`, () =>
      inTemporaryFolder(async (folder) => {
        makeDisk(folder);
        const session = await runInFolder(imageFleecing, folder, run);
        requireHolds(session, imageFleecing.properties);
        judgeImages(folder);
        requireReplays(folder);
      }));
  }

  for (const extra of [33 * 512, 64 * 1024 + 513]) {
    test(`a disk that is ${extra} bytes longer, no whole number of clusters`, () =>
      inTemporaryFolder(async (folder) => {
        makeDisk(folder, 64 * MIB + extra);
        const session = await runInFolder(imageFleecing, folder, { order: "free", seed: 4 });
        requireHolds(session, imageFleecing.properties);
        judgeImages(folder);
        requireReplays(folder);
      }));
  }

  test("the judges are able to say no", () =>
    inTemporaryFolder(async (folder) => {
      makeDisk(folder);
      await runInFolder(imageFleecing, folder, { order: "free", seed: 5 });
      const disk = join(folder, "disk.raw");
      const view = join(folder, "view.raw");
      expect(() => qemuIo(disk, commands("read", PATTERNS))).toThrow("Pattern verification failed");
      expect(() => qemuIo(view, commands("read", OVERWRITES))).toThrow("Pattern verification");
      expect(() => requireSame(view, disk)).toThrow("Content mismatch at offset 0");
      qemuIo(view, ["write -P 1 40M 1"]);
      expect(() => judgeImages(folder)).toThrow("Content mismatch at offset 41943040");
    }));
});
