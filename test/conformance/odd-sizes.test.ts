/**
 * Disks that end in the middle of a cluster, of a sector, or before there is a whole one.
 *
 * A guest works through a random script, one request after the other, while readers and the dump
 * are at the view. qemu-io does the same script on a copy; then cmp has the last word, because
 * qemu-img counts in sectors.
 */
import { join } from "node:path";
import { describe, expect } from "vitest";
import { guestOnDisk, startFleecing, stopFleecing } from "../../models/graph.ts";
import { PROPERTIES } from "../../properties/index.ts";
import type { Model, Phase } from "../../src/system/model.ts";
import type { RequestSpec } from "../../src/system/request-spec.ts";
import { type Schedule, seededSchedule } from "../../src/system/schedule.ts";
import { copyImage, createImage, qemuIo, requireSame, runTool } from "../support/qemu-tools.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";
import { needsTool } from "../tools/needs-tool.ts";
import { beforeOf, requireHolds, requireReplays, runInFolder } from "./run-in-folder.ts";

const { test } = needsTool("qemu-img", "qemu-io");

const CLUSTER = 64 * 1024;
const MIB = 1024 * 1024;
const READERS = ["reader0", "reader1"];

type Draft = Omit<RequestSpec, "through">;

/** Writes, write-zeroes and discards of any byte, every fourth of them up to the very end. */
function guestScript(length: number, schedule: Schedule): Draft[] {
  return Array.from({ length: 40 }, (_, index) => {
    const offset = schedule.pick(length);
    const most = length - offset;
    const bytes = index % 4 === 0 ? most : 1 + schedule.pick(Math.min(most, 3 * CLUSTER));
    const operation = (["write", "write", "write-zeroes", "discard"] as const)[schedule.pick(4)];
    const request = { operation: operation ?? "write", offset, length: bytes };
    return request.operation === "write"
      ? { ...request, data: { byte: 1 + schedule.pick(255) } }
      : request;
  });
}

/** How qemu-io says it. Our files read as zeros where a guest discarded them, to the byte. */
function qemuIoCommand({ operation, offset, length, data }: Draft): string {
  if (operation !== "write") return `write -z ${offset} ${length}`;
  const byte = data !== undefined && "byte" in data ? data.byte : 0;
  return `write -P ${byte} ${offset} ${length}`;
}

/** Fleecing under a scripted guest and two random readers. */
function scripted(length: number, script: readonly Draft[]): Model {
  const guest = { name: "guest", through: "guest" };
  const readers = READERS.map((through) => ({
    name: through,
    through,
    depth: 8,
    requests: {
      operations: ["read", "read", "read", "block-status", "flush"] as const,
      count: 60,
      alignment: 1,
      longest: 3 * CLUSTER,
    },
  }));
  const whole = { operation: "read", offset: 0, length } as const;
  const phases: Phase[] = [
    { kind: "commands", commands: guestOnDisk },
    { kind: "commands", commands: startFleecing(READERS) },
    { kind: "concurrent", actors: [{ ...guest, requests: script }, ...readers] },
    { kind: "dump", through: "reader0", filename: "view.raw" },
    {
      kind: "concurrent",
      actors: [
        {
          name: "finished with the view",
          through: "reader1",
          requests: [{ operation: "discard", offset: 0, length }, whole],
        },
      ],
    },
    { kind: "commands", commands: stopFleecing(READERS) },
    { kind: "concurrent", actors: [{ ...guest, requests: [whole] }] },
  ];
  return {
    name: "odd-sizes",
    title: "Fleecing of a disk of an odd size",
    idea: "A scripted guest under random readers.",
    profile: "proposed",
    clusterSize: CLUSTER,
    images: ["disk.raw", "cache.raw"].map((filename) => ({ filename, length, content: [] })),
    phases,
    properties: [...PROPERTIES.keys()],
    expected: { verdict: "holds" },
    mutants: [],
  };
}

/** A raw image of any size with a pattern up to its last byte. */
function makeDisk(path: string, length: number): void {
  createImage(path, 0);
  runTool("truncate", "--size", String(length), path);
  const half = Math.floor(length / 2);
  qemuIo(path, [`write -P 0x5d ${half} ${length - half}`, `write -P 0xd5 0 ${half >> 1}`]);
  expect(runTool("stat", "--format=%s", path).trim()).toBe(String(length));
}

describe("a disk of an odd size", () => {
  const sizes = [
    { length: 10 * CLUSTER + 7 * 512, what: "no whole number of clusters" },
    { length: MIB + 4097, what: "no whole number of sectors" },
    { length: CLUSTER + 1, what: "one byte in its last cluster" },
    { length: 8 * CLUSTER - 1, what: "all but one byte of its last cluster" },
    { length: 511, what: "less than a sector" },
  ];
  for (const { length, what } of sizes) {
    for (const order of ["free", "seeded"] as const) {
      test(`${length} bytes, ${what}, ${order} order`, () =>
        inTemporaryFolder(async (folder) => {
          const disk = join(folder, "disk.raw");
          makeDisk(disk, length);
          const script = guestScript(length, seededSchedule(length));
          const session = await runInFolder(scripted(length, script), folder, { order, seed: 7 });
          requireHolds(session, ["view-equals-point-in-time", "disk-keeps-guest-writes"]);
          requireSame(join(folder, "view.raw"), beforeOf(folder));
          const expected = join(folder, "expected.raw");
          copyImage(beforeOf(folder), expected);
          qemuIo(expected, script.map(qemuIoCommand));
          requireSame(disk, expected);
          requireReplays(folder);
        }));
    }

    test(`${length} bytes, ${what}, 300 random requests`, () =>
      inTemporaryFolder(async (folder) => {
        makeDisk(join(folder, "disk.raw"), length);
        const load = { order: "free", seed: 8, requests: 300, depth: 64 } as const;
        const session = await runInFolder(scripted(length, []), folder, load);
        requireHolds(session, ["view-equals-point-in-time", "guest-reads-last-write"]);
        requireSame(join(folder, "view.raw"), beforeOf(folder));
        requireReplays(folder);
      }));
  }
});
