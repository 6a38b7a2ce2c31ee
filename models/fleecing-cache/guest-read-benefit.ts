/**
 * The thread's second benefit: what is in the cache's memory and unchanged, the guest need not read
 * from its disk.
 *
 *     guest
 *       |
 *       v          cache
 *     reads -----------------+
 *       |                    |
 *       v      target        v
 *      hook ------------->  cache <--- reader
 *       |                   /   \
 *       | file     backing /     \ memory
 *       v                 /       v
 *      disk <------------        ram
 */
import type { Model } from "../../src/system/model.ts";
import {
  hitInPartIsEnough,
  inMemoryIsEnough,
  readHoldsNothing,
  writeIsNotTold,
} from "./guest-read-mutations.ts";
import {
  asks,
  CLUSTER,
  common,
  images,
  LENGTH,
  readByCache,
  readByDisk,
  startCaching,
  stopCaching,
} from "./parts.ts";

const CACHE = { "memory-clusters": 2, "copy-on-read": true };

/** Mostly it reads, so that something is left that it has not changed. */
const OFTEN = ["read", "read", "read", "write"] as const;

export const guestReadBenefit: Model = {
  ...common,
  name: "guest-read-benefit",
  title: "A guest that reads from the cache what it has not changed",
  idea:
    "What a reader has read is in memory, and the guest reads it there, until it writes to that " +
    "cluster. The reader gives clusters back at any moment. Neither sees anything but what it " +
    "would see without that.",
  bounds: { requests: 2, alignment: CLUSTER, longest: LENGTH, values: 1 },
  images,
  phases: [
    { kind: "commands", commands: [...startCaching(CACHE), ...readByCache] },
    {
      kind: "concurrent",
      actors: [asks("guest", OFTEN, 2, LENGTH), asks("reader", ["read", "discard"])],
    },
    { kind: "commands", commands: [...readByDisk, ...stopCaching()] },
  ],
  properties: ["guest-reads-last-write", "view-equals-point-in-time", "disk-keeps-guest-writes"],
  mutants: [
    {
      name: "in-memory-is-enough",
      statement: "a guest reads what is in memory, changed or not",
      mutation: inMemoryIsEnough,
      caughtBy: "guest-reads-last-write",
    },
    {
      name: "hit-in-part-is-enough",
      statement: "a guest reads from memory what is there only in part",
      mutation: hitInPartIsEnough,
      caughtBy: "guest-reads-last-write",
    },
    {
      name: "read-holds-nothing",
      statement: "what a guest reads in memory may leave it meanwhile",
      mutation: readHoldsNothing,
      caughtBy: "guest-reads-last-write",
    },
  ],
};

export const guestReadAfterBreak: Model = {
  ...common,
  name: "guest-read-after-break",
  title: "A guest that reads from the cache of a hook that has given its view up",
  idea:
    "With on-cbw-error=break-snapshot the guest's write goes on when its copy fails, and the " +
    "cache is not told by the hook. The filter above has told it before: so the guest never " +
    "reads from memory what it has overwritten. The view is lost, and nothing is said of it.",
  images,
  phases: [
    {
      kind: "commands",
      commands: [...startCaching(CACHE, { "on-cbw-error": "break-snapshot" }), ...readByCache],
    },
    {
      kind: "concurrent",
      actors: [asks("guest", ["read", "write"]), asks("reader", ["read"])],
      faults: [{ image: "disk.raw", operations: ["read"], errno: "EIO", times: 1 }],
    },
    { kind: "commands", commands: [...readByDisk, ...stopCaching()] },
  ],
  properties: ["guest-reads-last-write", "disk-keeps-guest-writes"],
  mutants: [
    {
      name: "write-is-not-told",
      statement: "the cache learns of a guest's write only from the hook",
      mutation: writeIsNotTold,
      caughtBy: "guest-reads-last-write",
    },
  ],
};
