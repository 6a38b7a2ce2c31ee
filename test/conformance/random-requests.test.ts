/**
 * Two thousand random requests beside those of QEMU's fleecing test, on real images.
 *
 * Guest and readers do everything that the API lets them do, half of it at any byte, 64 in flight.
 * Until the view is dumped its readers do not discard, because what is discarded cannot be dumped;
 * after that they do. What the disk must hold in the end has no simple answer where writes
 * overlapped in time: that is judged by the property, and by the simulator's disk after the log was
 * replayed. Where nobody wrote, it must be as it was.
 */
import { createCipheriv } from "node:crypto";
import fs from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { imageFleecing } from "../../models/image-fleecing.ts";
import type { Model, Phase } from "../../src/system/model.ts";
import { createImage, qemuIo, requireSame, runTool } from "../support/qemu-tools.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";
import { needsTool } from "../tools/needs-tool.ts";
import { beforeOf, recordsOf, requireHolds, requireReplays, runInFolder } from "./run-in-folder.ts";

const { test } = needsTool("qemu-img", "qemu-io");

const MIB = 1024 * 1024;
const LENGTH = 64 * MIB;
const LOAD = { requests: 2000, depth: 64 } as const;

/** The model with one more phase for random requests, after the dump: there readers discard. */
const withDiscards: Model = {
  ...imageFleecing,
  phases: imageFleecing.phases.flatMap((phase): Phase[] =>
    phase.kind === "dump" ? [phase, { kind: "concurrent", actors: [] }] : [phase],
  ),
};

/** As random as a cipher's output, and the same every time; too much for a log to carry. */
function fillWithNoise(disk: string): void {
  const cipher = createCipheriv("aes-128-ctr", Buffer.alloc(16, 1), Buffer.alloc(16));
  fs.writeFileSync(disk, cipher.update(Buffer.alloc(LENGTH)));
}

/** Patterns of many lengths with holes between them. */
function fillWithPatterns(disk: string): void {
  createImage(disk, LENGTH);
  const commands = Array.from({ length: 200 }, (_, index) => {
    const offset = index * 331_776 + (index % 7) * 512;
    return `write -P ${1 + (index % 255)} ${offset} ${(1 + (index % 300)) * 512}`;
  });
  qemuIo(disk, commands);
}

/** Requires the disk as before where no request changed it; returns how many bytes that are. */
function requireUntouched(folder: string): number {
  const before = fs.readFileSync(beforeOf(folder));
  const now = fs.readFileSync(join(folder, "disk.raw"));
  const touched = new Uint8Array(LENGTH);
  for (const record of recordsOf(folder)) {
    if (record.kind !== "io" || record.through !== "guest") continue;
    if (!/^write|^discard/.test(record.operation)) continue;
    touched.fill(1, record.offset, record.offset + record.length);
  }
  let untouched = 0;
  for (let start = touched.indexOf(0); start >= 0; ) {
    const next = touched.indexOf(1, start);
    const end = next < 0 ? LENGTH : next;
    const same = now.subarray(start, end).equals(before.subarray(start, end));
    expect(same, `nobody wrote to bytes ${start} to ${end}`).toBe(true);
    untouched += end - start;
    start = touched.indexOf(0, end);
  }
  return untouched;
}

/** What is said of a guest, its disk and a view; no image refuses anything, and there is no job. */
const JUDGED: readonly string[] = [
  ...["view-equals-point-in-time", "view-is-served", "view-status-is-sound"],
  ...["guest-reads-last-write", "guest-status-is-sound", "flushed-is-stable", "no-lost-discard"],
  ...["discarded-is-unreadable", "disk-keeps-guest-writes", "nodes-outlive-requests"],
  "status-says-something",
];

describe("image-fleecing with 2,000 random requests", () => {
  const runs = [
    { disk: "noise", fill: fillWithNoise, order: "free", seed: 11 },
    { disk: "patterns", fill: fillWithPatterns, order: "free", seed: 12 },
    { disk: "patterns", fill: fillWithPatterns, order: "seeded", seed: 13 },
  ] as const;
  for (const { disk, fill, order, seed } of runs) {
    test(`${order} order, on a disk of ${disk}: the view is the disk from before`, () =>
      inTemporaryFolder(async (folder) => {
        fill(join(folder, "disk.raw"));
        const session = await runInFolder(withDiscards, folder, { order, seed, ...LOAD });
        // Noise has no zeros that block-status could tell of.
        const idle = disk === "noise" ? ["view-status-is-sound"] : [];
        requireHolds(
          session,
          JUDGED.filter((name) => !idle.includes(name)),
        );
        requireSame(join(folder, "view.raw"), beforeOf(folder));
        expect(() => runTool("cmp", join(folder, "disk.raw"), beforeOf(folder))).toThrow("differ");
        expect(requireUntouched(folder)).toBeGreaterThan(0);
        requireReplays(folder);
      }));
  }

  test("the load is what it says: all operations, any byte, 64 in flight", () =>
    inTemporaryFolder(async (folder) => {
      fillWithPatterns(join(folder, "disk.raw"));
      await runInFolder(withDiscards, folder, { order: "free", seed: 14, ...LOAD });
      const seen = new Set<string>();
      let [inFlight, most, unaligned, requests] = [0, 0, 0, 0];
      for (const record of recordsOf(folder)) {
        if (record.kind === "done") inFlight--;
        if (record.kind !== "io") continue;
        most = Math.max(most, ++inFlight);
        requests++;
        seen.add(`${record.through} ${record.operation}`);
        if (record.offset % 512 > 0 || record.length % 512 > 0) unaligned++;
      }
      expect([...seen].sort()).toEqual([
        "guest block-status",
        "guest discard",
        "guest flush",
        "guest read",
        "guest write",
        "guest write-zeroes",
        "reader block-status",
        "reader discard",
        "reader flush",
        "reader read",
      ]);
      expect(most).toBeGreaterThanOrEqual(64);
      expect(requests).toBeGreaterThan(LOAD.requests);
      expect(unaligned).toBeGreaterThan(LOAD.requests / 4);
    }));
});
