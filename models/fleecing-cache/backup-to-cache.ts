/**
 * The cache as the target of a backup job, which brings its own hook (`blockdev-backup`).
 *
 *     guest      job              reader   keeper
 *       |         |                  |       |
 *       v         v     target       v       |
 *      hook <-----+ ------------->  cache <--+
 *       |                          /  |  \
 *       | file            backing /   |   \ disk
 *       v                        /    v    v
 *      disk <-------------------+    ram  tier
 *
 * With `sync: none` nothing is new but who puts the hook in, and takes it out again: with the guest
 * on it at once, in one command. With `sync: full` the job copies also what nobody overwrites, so
 * that in the end all of the image is in the cache and nothing of it on the disk only: later writes
 * of the guest cost nothing, and readers are in nobody's way. The cache has room for it on its
 * second tier. A copy that finds memory full fails, whether it is the job's, which tries again, or
 * a guest's, which is told.
 *
 * A copy that comes second is ignored: the cache keeps the first that it is given, so that a job
 * which reads the disk after the guest has written it does no harm here (it does elsewhere, H02).
 *
 * Both models ask what every reader of the cache may ask: whether it shows the point in time. That
 * includes what the job has copied, from the moment when it counts as copied.
 */
import type { QmpCommand } from "../../src/graph/commands.ts";
import type { JsonObject } from "../../src/graph/graph.ts";
import { type Model, qmp } from "../../src/system/model.ts";
import { guestOnDisk, rawNode } from "../graph.ts";
import { claimIsNotExclusive, copyIsNotSaved } from "../mutations.ts";
import { evictForgetsFirst } from "./mutations.ts";
import { asks, common, images, keeper, LENGTH, openCache } from "./parts.ts";
import { STORES_WRONGLY } from "./stores-wrongly.ts";

function startBackup(sync: "none" | "full", cache: JsonObject): QmpCommand[] {
  return [
    ...guestOnDisk,
    ...openCache(cache),
    qmp("blockdev-backup", {
      ...{ "job-id": "backup", device: "disk", target: "cache", sync },
      "filter-node-name": "hook",
    }),
    qmp("block-export-add", { type: "nbd", id: "reader", name: "reader", "node-name": "cache" }),
  ];
}

function stopBackup(users: readonly string[], tiers: readonly string[]): QmpCommand[] {
  return [
    ...users.map((id) => qmp("block-export-del", { id })),
    qmp("block-job-cancel", { device: "backup" }),
    ...["cache", "ram", ...tiers].map((name) => qmp("blockdev-del", { "node-name": name })),
  ];
}

const shared = {
  ...common,
  properties: ["view-equals-point-in-time", "view-is-served", "disk-keeps-guest-writes"],
  invariants: ["memory-is-accounted"],
} as const satisfies Partial<Model>;

export const cacheUnderJob: Model = {
  ...shared,
  name: "cache-under-job",
  title: "A backup job puts its hook above a cache in memory, and copies nothing itself",
  idea:
    "A backup with sync=none has a fleecing cache for its target. What the guest overwrites goes " +
    "to memory, which has room for one cluster of two, and a reader of the cache sees the disk " +
    "as it was when the job began.",
  images,
  phases: [
    { kind: "commands", commands: startBackup("none", { "memory-clusters": 1 }) },
    { kind: "concurrent", actors: [asks("guest", ["write"]), asks("reader", ["read"], 2)] },
    { kind: "commands", commands: stopBackup(["reader"], []) },
  ],
  mutants: [
    ...STORES_WRONGLY,
    {
      name: "copy-is-not-saved",
      statement: "a cluster counts as copied before its data is in the cache",
      mutation: copyIsNotSaved,
      caughtBy: "view-equals-point-in-time",
    },
  ],
};

export const backupToCache: Model = {
  ...shared,
  name: "backup-to-cache",
  title: "A backup job copies a disk to a cache with two tiers",
  idea:
    "A backup with sync=full has a fleecing cache for its target, with room for one cluster in " +
    "memory and for all of them on disk, to which memory is emptied at any moment, and which may " +
    "be full once. A reader of the cache sees the disk as it was when the job began, whatever " +
    "the job has copied by then.",
  images: [...images, { filename: "tier.raw", length: LENGTH, content: [] }],
  phases: [
    {
      kind: "commands",
      commands: [
        rawNode("tier"),
        ...startBackup("full", { "memory-clusters": 1, disk: "tier" }),
        keeper,
      ],
    },
    {
      kind: "concurrent",
      actors: [
        ...[asks("guest", ["write"]), asks("backup", ["copy"])],
        ...[asks("reader", ["read"]), asks("keeper", ["evict"])],
      ],
      faults: [{ image: "tier.raw", operations: ["write"], errno: "ENOSPC", times: 1 }],
    },
    { kind: "commands", commands: stopBackup(["keeper", "reader"], ["tier"]) },
  ],
  mutants: [
    {
      name: "claim-is-not-exclusive",
      statement: "the job takes a cluster for copied that is being copied for the guest (K9)",
      mutation: claimIsNotExclusive,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "evict-forgets-first",
      statement: "memory is free before the disk tier has the data",
      mutation: evictForgetsFirst,
      caughtBy: "view-equals-point-in-time",
    },
    ...STORES_WRONGLY,
  ],
};
