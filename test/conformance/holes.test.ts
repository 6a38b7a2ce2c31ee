/**
 * Holes: what our block-status calls zeros is what `qemu-img map` finds in the file afterwards.
 *
 * The guest asks block by block, so that every answer is about one block of the file system; then
 * our answers and qemu-img's map must be the same list of ranges.
 */
import { join } from "node:path";
import { describe, expect } from "vitest";
import { guestOnDisk, startFleecing, stopFleecing } from "../../models/graph.ts";
import type { LogRecord } from "../../src/log/record.ts";
import type { Model } from "../../src/system/model.ts";
import type { RequestSpec } from "../../src/system/request-spec.ts";
import {
  allocatedBytes,
  copyImage,
  createImage,
  joined,
  type MapEntry,
  mapOf,
  qemuIo,
  requireSame,
} from "../support/qemu-tools.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";
import { needsTool } from "../tools/needs-tool.ts";
import {
  beforeOf,
  type FolderRun,
  recordsOf,
  requireHolds,
  requireReplays,
  runInFolder,
} from "./run-in-folder.ts";

const { test } = needsTool("qemu-img", "qemu-io");

const KIB = 1024;
const MIB = 1024 * KIB;
const LENGTH = 8 * MIB;
/** bytes; file systems punch holes of whole blocks */
const BLOCK = 4096;

type Draft = Omit<RequestSpec, "through">;

/** Whole clusters, whole blocks, and pieces of blocks, across data and holes. */
const CHANGES: readonly Draft[] = [
  { operation: "discard", offset: MIB, length: 256 * KIB },
  { operation: "discard", offset: 2 * MIB + 4 * KIB, length: 8 * KIB },
  { operation: "discard", offset: 3 * MIB + 1000, length: 12 * KIB },
  { operation: "discard", offset: 4 * MIB - 128 * KIB, length: 512 * KIB },
  { operation: "write-zeroes", offset: 5 * MIB, length: 64 * KIB },
  { operation: "write-zeroes", offset: 5 * MIB + 128 * KIB + 7, length: 100 },
  { operation: "write", offset: 6 * MIB - 8 * KIB, length: 16 * KIB, data: { byte: 0x3c } },
  { operation: "discard", offset: 6 * MIB - 4 * KIB, length: 4 * KIB },
  { operation: "write", offset: 7 * MIB + 5000, length: 1, data: { byte: 0 } },
];

const asQemuIo = ({ operation, offset, length, data }: Draft) =>
  operation === "write" && data !== undefined && "byte" in data
    ? `write -P ${data.byte} ${offset} ${length}`
    : `write -z ${offset} ${length}`;

const blockStatuses = Array.from({ length: LENGTH / BLOCK }, (_, block) => ({
  operation: "block-status" as const,
  offset: block * BLOCK,
  length: BLOCK,
}));

/**
 * A guest that changes its disk under a hook, and asks about every block once the hook is gone.
 * @param depth questions that it keeps in flight
 */
const holes = (depth: number): Model => ({
  name: "holes",
  title: "Discards under a hook",
  idea: "What a guest discards becomes a hole in its disk.",
  profile: "proposed",
  clusterSize: 64 * KIB,
  images: ["disk.raw", "cache.raw"].map((filename) => ({ filename, length: LENGTH, content: [] })),
  phases: [
    { kind: "commands", commands: guestOnDisk },
    { kind: "commands", commands: startFleecing(["reader"]) },
    { kind: "concurrent", actors: [{ name: "guest", through: "guest", requests: CHANGES }] },
    { kind: "dump", through: "reader", filename: "view.raw" },
    { kind: "commands", commands: stopFleecing(["reader"]) },
    {
      kind: "concurrent",
      actors: [{ name: "guest", through: "guest", requests: blockStatuses, depth }],
    },
  ],
  properties: [],
  expected: { verdict: "holds" },
  mutants: [],
});

/** The map of the disk as the guest was told it, block by block. */
function toldMap(records: readonly LogRecord[]): MapEntry[] {
  const offsets = new Map<number, number>();
  const entries: MapEntry[] = [];
  for (const record of records) {
    if (record.kind === "io" && record.operation === "block-status") {
      offsets.set(record.request, record.offset);
    }
    if (record.kind !== "done" || record.status === undefined) continue;
    const { status, bytes } = record.status;
    expect(bytes, "an answer is about the whole block").toBe(BLOCK);
    const start = offsets.get(record.request) ?? -1;
    entries.push({ start, length: bytes, zero: status === "zero" });
  }
  return joined(entries.sort((one, other) => one.start - other.start));
}

/** Whether the map calls the whole range zeros. */
function isZero(map: readonly MapEntry[], offset: number, length: number): boolean {
  return map.some(
    ({ start, length: bytes, zero }) => zero && start <= offset && start + bytes >= offset + length,
  );
}

/** A disk with data, holes that qemu-io punched into it, and whatever the options make. */
function makeDisk(path: string, options: readonly string[] = []): void {
  createImage(path, LENGTH, ...options);
  qemuIo(path, [
    "write -P 0x5d 512k 3M",
    "write -P 0xd5 4M 3M",
    "discard 768k 64k",
    "discard 4352k 128k",
    "flush",
  ]);
}

describe("block-status after discards", () => {
  const disks = [
    { disk: "sparse", options: [] },
    { disk: "preallocated and written", options: ["-o", "preallocation=full"] },
    { disk: "preallocated and not written", options: ["-o", "preallocation=falloc"] },
  ] as const;
  const runs: readonly FolderRun[] = [
    { order: "free", seed: 1 },
    { order: "seeded", seed: 1 },
  ];
  for (const { disk, options } of disks) {
    for (const run of runs) {
      test(`a ${disk} disk, ${run.order} order: the map of qemu-img is ours`, () =>
        inTemporaryFolder(async (folder) => {
          const path = join(folder, "disk.raw");
          makeDisk(path, options);
          const session = await runInFolder(holes(1), folder, run);
          requireHolds(session, ["view-equals-point-in-time", "disk-keeps-guest-writes"]);
          requireSame(join(folder, "view.raw"), beforeOf(folder));
          const expected = join(folder, "expected.raw");
          copyImage(beforeOf(folder), expected);
          qemuIo(expected, CHANGES.map(asQemuIo));
          requireSame(path, expected);
          const map = mapOf(path);
          expect(toldMap(recordsOf(folder))).toEqual(map);
          expect(isZero(map, MIB, 256 * KIB)).toBe(true);
          expect(isZero(map, 2 * MIB + 4 * KIB, 8 * KIB)).toBe(true);
          expect(isZero(map, 5 * MIB, 64 * KIB)).toBe(true);
          expect(isZero(map, 5 * MIB + 128 * KIB, BLOCK)).toBe(false);
          expect(isZero(map, 2 * MIB, BLOCK)).toBe(false);
          requireReplays(folder);
        }));
    }
  }

  test("questions in flight together: zeros are said to be only where qemu-img finds them", () =>
    inTemporaryFolder(async (folder) => {
      const path = join(folder, "disk.raw");
      makeDisk(path);
      await runInFolder(holes(16), folder, { order: "free", seed: 3 });
      const map = mapOf(path);
      // Short questions about neighbours are answered as one, and data then covers small holes.
      const zeros = toldMap(recordsOf(folder)).filter(({ zero }) => zero);
      expect(zeros.length).toBeGreaterThan(0);
      expect(zeros.filter(({ start, length }) => !isZero(map, start, length))).toEqual([]);
    }));

  test("a discard gives back the space that preallocation took", () =>
    inTemporaryFolder(async (folder) => {
      const path = join(folder, "disk.raw");
      createImage(path, LENGTH, "-o", "preallocation=full");
      const before = allocatedBytes(path);
      await runInFolder(holes(1), folder, { order: "free", seed: 2 });
      const discarded = CHANGES.filter(({ operation }) => operation === "discard");
      const given = discarded.reduce((sum, { length }) => sum + length, 0);
      // Less by what the guest wrote again, and by blocks that were discarded in part.
      expect(before - allocatedBytes(path)).toBeGreaterThan(given - 64 * KIB);
    }));
});
