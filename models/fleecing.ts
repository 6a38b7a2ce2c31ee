/**
 * Image fleecing, the design that the whole thread is about.
 */
import type { Model } from "../src/system/model.ts";
import { guestOnDisk, startFleecing, stopFleecing } from "./graph.ts";
import {
  copiesAreNotSettled,
  copyIsNotSaved,
  copyReadsTarget,
  discardDoesNotWait,
  discardHitsSource,
  discardIsNotCopied,
  discardLeavesAccess,
  failedReadStaysFrozen,
  guestDoesNotDrain,
  partialClusterIsSkipped,
  saveErrorIsIgnored,
  viewDoesNotFreeze,
  viewDoesNotLetGo,
  viewIgnoresTarget,
} from "./mutations.ts";

const CLUSTER = 65536;
/** Half a cluster: enough to tell a request that covers a cluster from one that does not. */
const SECTOR = CLUSTER / 2;
const READERS = ["reader0", "reader1"];

export const fleecing: Model = {
  name: "fleecing",
  title: "Image fleecing with a copy-before-write hook",
  idea:
    "A filter above the active disk saves what the guest is about to overwrite to a cache. " +
    "Whoever reads through the view gets the image of one point in time, from the cache where it " +
    "was saved and from the disk where it was not, while the guest goes on writing, discarding " +
    "and failing.",
  profile: "proposed",
  // One request of everybody, of any cluster: all that a race between two of them needs.
  bounds: { requests: 1, alignment: CLUSTER, longest: CLUSTER, values: 1 },
  clusterSize: CLUSTER,
  images: [
    {
      filename: "disk.raw",
      // Three clusters and a half: the last one is partial.
      length: 7 * SECTOR,
      content: [
        { offset: 0, length: 2 * CLUSTER, fill: { seed: 1 } },
        { offset: 3 * CLUSTER, length: SECTOR, fill: { seed: 2 } },
      ],
    },
    { filename: "cache.raw", length: 7 * SECTOR, content: [] },
  ],
  phases: [
    { kind: "commands", commands: guestOnDisk },
    {
      kind: "concurrent",
      actors: [
        {
          name: "guest before the point in time",
          through: "guest",
          requests: { operations: ["write"], count: 2, alignment: SECTOR, longest: CLUSTER },
        },
      ],
    },
    { kind: "commands", commands: startFleecing(READERS) },
    {
      kind: "concurrent",
      actors: [
        {
          name: "guest",
          through: "guest",
          depth: 2,
          requests: {
            operations: ["write", "write", "write", "write-zeroes", "discard", "read", "flush"],
            count: 12,
            alignment: SECTOR,
            longest: 2 * CLUSTER,
          },
        },
        ...READERS.map((through) => ({
          name: through,
          through,
          requests: {
            operations: ["read", "read", "read", "read", "discard", "block-status"] as const,
            count: 8,
            alignment: SECTOR,
            longest: 2 * CLUSTER,
          },
        })),
      ],
      faults: [
        { image: "cache.raw", operations: ["write", "write-zeroes"], errno: "ENOSPC", times: 1 },
        { image: "disk.raw", operations: ["read", "write"], errno: "EIO", times: 1 },
      ],
    },
    { kind: "commands", commands: stopFleecing(READERS) },
    {
      kind: "concurrent",
      actors: [
        {
          name: "guest after fleecing",
          through: "guest",
          requests: [{ operation: "read", offset: 0, length: 7 * SECTOR }],
        },
      ],
    },
  ],
  properties: [
    "view-equals-point-in-time",
    "guest-reads-last-write",
    "disk-keeps-guest-writes",
    "discarded-is-unreadable",
    "view-status-is-sound",
    "flushed-is-stable",
    "errors-are-told",
  ],
  expected: { verdict: "holds" },
  mutants: [
    {
      name: "guest-does-not-drain",
      statement: "the guest writes without waiting for view reads that still use the disk",
      mutation: guestDoesNotDrain,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "discard-is-not-copied",
      statement: "a guest discard is forwarded without saving the old data (H01)",
      mutation: discardIsNotCopied,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "copies-are-not-settled",
      statement: "copied clusters are never marked done",
      mutation: copiesAreNotSettled,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "view-ignores-target",
      statement: "the view reads the disk where the cache has the old data (H03)",
      mutation: viewIgnoresTarget,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "copy-is-not-saved",
      statement: "a cluster counts as copied before its data is in the cache",
      mutation: copyIsNotSaved,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "view-does-not-freeze",
      statement: "the view reads the disk without making guest writes wait (H05)",
      mutation: viewDoesNotFreeze,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "copy-reads-target",
      statement: "what is saved is read from the cache instead of from the disk",
      mutation: copyReadsTarget,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "save-error-is-ignored",
      statement: "a cluster counts as copied although the cache refused it",
      mutation: saveErrorIsIgnored,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "failed-read-stays-frozen",
      statement: "a view read that failed is never thawed, and guests wait for ever (H43c)",
      mutation: failedReadStaysFrozen,
      caughtBy: "no-deadlock",
    },
    {
      name: "view-does-not-let-go",
      statement: "a view read of the cache is never released, and a discard waits for ever",
      mutation: viewDoesNotLetGo,
      caughtBy: "no-deadlock",
    },
    {
      name: "discard-does-not-wait",
      statement: "a discard of the view takes away what another reader is reading (C11, H60)",
      mutation: discardDoesNotWait,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "discard-hits-source",
      statement: "a discard of the view frees the disk instead of the cache",
      mutation: discardHitsSource,
      caughtBy: "disk-keeps-guest-writes",
    },
    {
      name: "discard-leaves-access",
      statement: "a discard of the view leaves the discarded clusters readable",
      mutation: discardLeavesAccess,
      caughtBy: "discarded-is-unreadable",
    },
    {
      name: "partial-cluster-is-skipped",
      statement: "the half cluster at the end of the disk is not copied (H29, H49)",
      mutation: partialClusterIsSkipped,
      caughtBy: "view-equals-point-in-time",
    },
  ],
};
