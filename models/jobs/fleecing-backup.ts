/**
 * The thread's internal backup job: it copies the point in time out of the fleecing cache.
 *
 *     guest                      job          reader
 *       |                         |             |
 *       v      target             v source      |
 *      hook ------------->  cache <-- copier    |
 *       |                   /   \        \      |
 *       | file     backing /     \ memory \     |
 *       v                 /       v        v    v
 *      disk <------------        ram       target
 *
 * The job has no hook of its own: what it reads does not change. It has the cache forget what it
 * has copied, so the memory that a cluster took is free again, and later writes of the guest there
 * cost nothing. Memory holds one cluster. A guest that finds it taken fails, or waits until the job
 * has copied that cluster, to which it comes at some time: nothing of the guest's keeps it.
 */
import type { QmpCommand } from "../../src/graph/commands.ts";
import type { JsonObject } from "../../src/graph/graph.ts";
import { type Model, type Mutant, qmp } from "../../src/system/model.ts";
import { storeIsNotSettled, storeTakesNoTurn } from "../fleecing-cache/mutations.ts";
import { asks, images, insertCache, removeCache } from "../fleecing-cache/parts.ts";
import { rawNode } from "../graph.ts";
import { backupDiscardsFirst, backupHidesErrors, backupKeepsSource } from "./mutations.ts";
import { common, copies, LENGTH, pieces, target } from "./parts.ts";

const shared = {
  ...common,
  images: [...images, target],
} satisfies Partial<Model>;

/** The cache goes in, and the job begins. @param cache options of the cache */
export function backUpFromCache(cache: JsonObject): QmpCommand[] {
  return [
    ...insertCache(cache),
    rawNode("target"),
    qmp("fleecing-backup", {
      "job-id": "backup",
      device: "cache",
      target: "target",
      "discard-source": true,
      "filter-node-name": "copier",
    }),
  ];
}

function startFleecingBackup(whenFull: string): QmpCommand[] {
  return [
    ...backUpFromCache({ "memory-clusters": 1, "when-full": whenFull }),
    qmp("block-export-add", { type: "nbd", id: "reader", name: "reader", "node-name": "target" }),
  ];
}

const stopFleecingBackup: readonly QmpCommand[] = [
  qmp("block-export-del", { id: "reader" }),
  qmp("block-job-cancel", { device: "backup" }),
  ...removeCache(),
  qmp("blockdev-del", { "node-name": "target" }),
];

/** What the cache may do wrong when a guest writes; the job must notice. */
const storesWrongly: readonly Mutant[] = [
  {
    name: "store-takes-no-turn",
    statement: "the guest's write overtakes the job, which still reads the disk",
    mutation: storeTakesNoTurn,
    caughtBy: "job-result-equals-point-in-time",
  },
  {
    name: "store-is-not-settled",
    statement: "what was saved is not marked, and the job goes on reading the disk",
    mutation: storeIsNotSettled,
    caughtBy: "job-result-equals-point-in-time",
  },
];

export const fleecingBackup: Model = {
  ...shared,
  name: "fleecing-backup",
  title: "A backup job copies the point in time out of a cache in memory",
  idea:
    "A job reads the fleecing cache and writes a target, which may be full once, and has the " +
    "cache forget what it has copied. Memory has room for one cluster of two. What the job says " +
    "it has copied is the image as it was at the point in time.",
  phases: [
    { kind: "commands", commands: startFleecingBackup("break-guest-write") },
    {
      kind: "concurrent",
      actors: [asks("guest", ["write"]), copies(2), asks("reader", ["read"])],
      faults: [{ image: "target.raw", operations: ["write"], errno: "ENOSPC", times: 1 }],
    },
    { kind: "commands", commands: stopFleecingBackup },
  ],
  properties: ["job-result-equals-point-in-time", "disk-keeps-guest-writes"],
  mutants: [
    {
      name: "backup-discards-first",
      statement: "the job has the cache forget a cluster before it has read it",
      mutation: backupDiscardsFirst,
      caughtBy: "job-result-is-read",
    },
    {
      name: "backup-hides-errors",
      statement: "the job says that it has copied what its target refused",
      mutation: backupHidesErrors,
      caughtBy: "job-result-equals-point-in-time",
    },
    ...storesWrongly,
  ],
};

export const fleecingBackupWaits: Model = {
  ...shared,
  name: "fleecing-backup-waits",
  title: "A guest waits for a backup job to make room in a cache in memory",
  idea:
    "A guest's write that finds memory taken waits until the job has copied what is kept there. " +
    "The job copies everything, cluster by cluster: so every write ends.",
  phases: [
    { kind: "commands", commands: startFleecingBackup("wait") },
    {
      kind: "concurrent",
      actors: [
        asks("guest", ["write"]),
        { name: "backup", through: "backup", requests: pieces("copy", LENGTH) },
        asks("reader", ["read"]),
      ],
    },
    { kind: "commands", commands: stopFleecingBackup },
  ],
  properties: ["job-result-equals-point-in-time", "disk-keeps-guest-writes"],
  mutants: [
    {
      name: "backup-keeps-source",
      statement: "the cache is never told that a cluster was copied, and has no room again",
      mutation: backupKeepsSource,
      caughtBy: "no-deadlock",
    },
    ...storesWrongly,
  ],
};
