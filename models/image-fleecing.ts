/**
 * QEMU's own fleecing test (tests/qemu-iotests/tests/image-fleecing, once 222), as a model: the
 * same disk, patterns, overwrites and areas, but with reader and guest at it at the same time.
 */
import type { Model } from "../src/system/model.ts";
import { guestOnDisk, startFleecing, stopFleecing } from "./graph.ts";
import { copiesAreNotSettled, guestDoesNotDrain } from "./mutations.ts";

const KIB = 1024;
const MIB = 1024 * KIB;
const LENGTH = 64 * MIB;

/** What is on the disk at the point in time: first, second, middle and last cluster. */
const patterns = [
  { byte: 0x5d, offset: 0, length: 64 * KIB },
  { byte: 0xd5, offset: MIB, length: 64 * KIB },
  { byte: 0xdc, offset: 32 * MIB, length: 64 * KIB },
  { byte: 0xcd, offset: 64 * MIB - 64 * KIB, length: 64 * KIB },
];

/** What the guest overwrites: all of a pattern, its left half, its right half, its neighbour. */
const overwrites = [
  { byte: 0xab, offset: 0, length: 64 * KIB },
  { byte: 0xad, offset: MIB - 32 * KIB, length: 64 * KIB },
  { byte: 0x1d, offset: 32 * MIB + 32 * KIB, length: 64 * KIB },
  { byte: 0xea, offset: 64 * MIB - 128 * KIB, length: 64 * KIB },
];

/** Areas that are zero in the view although the guest wrote to them. */
const zeroes = [
  { offset: MIB - 32 * KIB, length: 32 * KIB },
  { offset: 32 * MIB + 64 * KIB, length: 32 * KIB },
  { offset: 64 * MIB - 128 * KIB, length: 64 * KIB },
];

/** What is left of the patterns on the disk when the guest is done. */
const remainders = [
  { offset: MIB + 32 * KIB, length: 32 * KIB },
  { offset: 32 * MIB, length: 32 * KIB },
  { offset: 64 * MIB - 64 * KIB, length: 64 * KIB },
];

type Area = { readonly offset: number; readonly length: number };
const reads = (areas: readonly Area[]) =>
  areas.map(({ offset, length }) => ({ operation: "read" as const, offset, length }));

export const imageFleecing: Model = {
  name: "image-fleecing",
  title: "The fleecing test of QEMU, with readers and guest at the same time",
  idea:
    "Four patterns on a 64 MiB disk; the guest overwrites them wholly, on the left, on the right " +
    "and next door. The view must go on showing patterns and zeros, the disk must end up with " +
    "what the guest wrote and what is left of the patterns.",
  profile: "proposed",
  clusterSize: 64 * KIB,
  images: [
    {
      filename: "disk.raw",
      length: LENGTH,
      content: patterns.map(({ byte, offset, length }) => ({ offset, length, fill: { byte } })),
    },
    { filename: "cache.raw", length: LENGTH, content: [] },
  ],
  phases: [
    { kind: "commands", commands: [...guestOnDisk, ...startFleecing(["reader"])] },
    {
      kind: "concurrent",
      actors: [
        {
          name: "guest",
          through: "guest",
          requests: overwrites.map(({ byte, offset, length }) => ({
            operation: "write" as const,
            offset,
            length,
            data: { byte },
          })),
        },
        { name: "reader", through: "reader", requests: reads([...patterns, ...zeroes]) },
      ],
    },
    {
      kind: "concurrent",
      actors: [{ name: "reader", through: "reader", requests: reads([...patterns, ...zeroes]) }],
    },
    { kind: "dump", through: "reader", filename: "view.raw" },
    { kind: "commands", commands: stopFleecing(["reader"]) },
    {
      kind: "concurrent",
      actors: [
        { name: "guest", through: "guest", requests: reads([...overwrites, ...remainders]) },
      ],
    },
  ],
  properties: ["view-equals-point-in-time", "guest-reads-last-write", "disk-keeps-guest-writes"],
  expected: { verdict: "holds" },
  mutants: [
    {
      name: "guest-does-not-drain",
      statement: "the guest writes without waiting for view reads that still use the disk",
      mutation: guestDoesNotDrain,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "copies-are-not-settled",
      statement: "copied clusters are never marked done",
      mutation: copiesAreNotSettled,
      caughtBy: "view-equals-point-in-time",
    },
  ],
};
