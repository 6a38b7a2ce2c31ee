/**
 * What a guest asks for that the hook has no business with, and hands on to the disk.
 */
import type { Model } from "../src/system/model.ts";
import { guestOnDisk, startFleecing, stopFleecing } from "./graph.ts";
import {
  flushErrorIsHidden,
  flushGoesToTarget,
  flushIsNotForwarded,
  statusErrorIsHidden,
  statusIsOfTarget,
  unchangedWriteGoesToTarget,
} from "./mutations.ts";

const CLUSTER = 65536;
const SECTOR = CLUSTER / 2;
const LENGTH = 2 * CLUSTER;

/** The second half of one cluster and the first half of the next. */
const middle = { offset: SECTOR, length: CLUSTER, data: { byte: 0x2a } };
const whole = { operation: "read", offset: 0, length: LENGTH } as const;

export const forwarding: Model = {
  name: "forwarding",
  title: "Requests that the hook hands on to the disk",
  idea:
    "Flushes, block-status and writes that change nothing go through the hook to the disk. A " +
    "copy-on-read filter between guest and hook writes back what the guest has just written: " +
    "that needs no copy, and must not reach the cache. A flush that succeeds has made the " +
    "guest's writes safe, block-status tells of the disk as the guest sees it, and who is " +
    "refused by the disk learns of it.",
  profile: "proposed",
  bounds: { requests: 2, alignment: SECTOR, longest: LENGTH, values: 1 },
  clusterSize: CLUSTER,
  images: [
    {
      filename: "disk.raw",
      length: LENGTH,
      content: [{ offset: 0, length: CLUSTER, fill: { seed: 1 } }],
    },
    { filename: "cache.raw", length: LENGTH, content: [] },
  ],
  phases: [
    { kind: "commands", commands: [...guestOnDisk, ...startFleecing(["reader"])] },
    {
      kind: "concurrent",
      actors: [
        {
          name: "guest first",
          through: "guest",
          requests: [{ operation: "write", ...middle }],
        },
      ],
    },
    {
      kind: "concurrent",
      actors: [
        {
          name: "copy-on-read",
          through: "guest",
          requests: [{ operation: "write-unchanged", ...middle }],
        },
        { name: "reader", through: "reader", requests: [whole] },
      ],
      faults: [{ image: "disk.raw", operations: ["write"], errno: "EIO", times: 1 }],
    },
    {
      kind: "concurrent",
      actors: [
        {
          name: "guest",
          through: "guest",
          depth: 2,
          requests: {
            operations: ["write", "write-zeroes", "flush", "block-status"],
            count: 8,
            alignment: SECTOR,
            longest: LENGTH,
          },
        },
        { name: "reader", through: "reader", requests: [whole] },
      ],
      faults: [
        {
          image: "disk.raw",
          operations: ["write", "write-zeroes", "flush", "block-status"],
          errno: "EIO",
          times: 1,
        },
      ],
    },
    { kind: "commands", commands: stopFleecing(["reader"]) },
  ],
  properties: [
    "view-equals-point-in-time",
    "disk-keeps-guest-writes",
    "guest-status-is-sound",
    "status-says-something",
    "flushed-is-stable",
    "errors-are-told",
  ],
  reachable: ["view-is-read"],
  invariants: ["settled-is-copied"],
  expected: { verdict: "holds" },
  mutants: [
    {
      name: "flush-goes-to-target",
      statement: "a guest's flush makes the cache stable instead of the disk (C4)",
      mutation: flushGoesToTarget,
      caughtBy: "flushed-is-stable",
    },
    {
      name: "flush-is-not-forwarded",
      statement: "a guest's flush is acknowledged by the hook, and reaches nobody (C4)",
      mutation: flushIsNotForwarded,
      caughtBy: "flushed-is-stable",
    },
    {
      name: "flush-error-is-hidden",
      statement: "a flush that the disk refused is reported as success (compare H30d)",
      mutation: flushErrorIsHidden,
      caughtBy: "flushed-is-stable",
    },
    {
      name: "status-is-of-target",
      statement: "the guest is told what is zero in the cache instead of on its disk (C7)",
      mutation: statusIsOfTarget,
      caughtBy: "guest-status-is-sound",
    },
    {
      name: "status-error-is-hidden",
      statement: "a block-status that failed is taken for an answer (compare H30b)",
      mutation: statusErrorIsHidden,
      caughtBy: "status-says-something",
    },
    {
      name: "unchanged-write-goes-to-target",
      statement: "what is written back unchanged replaces the old data in the cache (C3.1)",
      mutation: unchangedWriteGoesToTarget,
      caughtBy: "view-equals-point-in-time",
    },
  ],
};
