/**
 * What the models of dirty bitmaps have in common: a disk whose changes are recorded, and jobs
 * that bring a copy of it up to date, one after the other.
 *
 *     guest        job          reader
 *       |           |              |
 *       v           v              |
 *      hook  <------+              |
 *       |  \                       |
 *  file |   \ target               |
 *       v    v                     v
 *     disk  target  <--------------+
 *    (changes)
 */
import type { QmpCommand } from "../../src/graph/commands.ts";
import type { JsonObject } from "../../src/graph/graph.ts";
import { type Actor, type Model, type ModelImage, qmp } from "../../src/system/model.ts";
import { asks } from "../fleecing-cache/parts.ts";
import { guestOnDisk, rawNode } from "../graph.ts";
import { CLUSTER, common, LENGTH, pieces } from "../jobs/parts.ts";

export const chained = {
  ...common,
  bounds: { ...common.bounds, requests: 1 },
  properties: [
    "job-result-equals-point-in-time",
    "increment-covers-changes",
    "disk-keeps-guest-writes",
  ],
} as const satisfies Partial<Model>;

const content = [{ offset: 0, length: CLUSTER, fill: { seed: 1 } }] as const;

/** The target is an earlier backup, as long as the disk was not written. */
export const images: readonly ModelImage[] = ["disk.raw", "target.raw"].map((filename) => ({
  ...{ filename, length: LENGTH, content },
}));

export const CHANGES = { node: "disk", name: "changes" } as const;

/** A guest's disk, and a bitmap of what is written there. */
export const recordedDisk: readonly QmpCommand[] = [
  ...guestOnDisk,
  rawNode("target"),
  qmp("block-dirty-bitmap-add", CHANGES),
];

/** @param job options of the command */
export const backup = (id: string, job: JsonObject): JsonObject => ({
  ...{ "job-id": id, device: "disk", target: "target", "filter-node-name": `${id}-hook` },
  ...job,
});

/** What was recorded goes to the target. */
export const increment = (id: string): QmpCommand =>
  qmp(
    "blockdev-backup",
    backup(id, { sync: "incremental", bitmap: CHANGES.name, "auto-finalize": false }),
  );

/** A job copies all there is to copy, in order. */
export const copiesAll = (id: string): Actor => ({
  ...{ name: id, through: id, requests: pieces("copy", LENGTH) },
});

/** Somebody reads the whole target, piece by piece, once the job is through. */
export const readsAll: Actor = {
  ...{ name: "reader", through: "reader", requests: pieces("read", LENGTH) },
};

export const readTarget = qmp("block-export-add", {
  ...{ type: "nbd", id: "reader", name: "reader", "node-name": "target" },
});

/** A guest that writes clusters, any of them. */
export const writes = asks("guest", ["write"]);

/**
 * An increment onto the target, which is read when that is done, and finalized.
 * @param before what ends what was there before
 * @param starts the command that begins it
 */
export function lastIncrement(
  id: string,
  before: readonly QmpCommand[],
  starts: QmpCommand = increment(id),
): Model["phases"] {
  return [
    { kind: "commands", commands: [...before, starts, readTarget] },
    { kind: "concurrent", actors: [writes, copiesAll(id)] },
    { kind: "concurrent", actors: [readsAll] },
    {
      kind: "commands",
      commands: [qmp("block-export-del", { id: "reader" }), qmp("block-job-finalize", { id })],
    },
  ];
}
