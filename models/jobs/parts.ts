/**
 * What the models of jobs have in common: a disk of two clusters that a guest writes, a target, and
 * the job of a backup, which puts its own hook under the guest.
 *
 *     guest        job          reader
 *       |           |              |
 *       v           v              |
 *      hook  <------+              |
 *       |  \                       |
 *  file |   \ target               |
 *       v    v                     v
 *     disk  target  <--------------+
 */
import type { QmpCommand } from "../../src/graph/commands.ts";
import type { JsonObject } from "../../src/graph/graph.ts";
import {
  type Actor,
  type Model,
  type ModelImage,
  type Mutant,
  qmp,
} from "../../src/system/model.ts";
import type { Operation } from "../../src/vocabulary.ts";
import { asks } from "../fleecing-cache/parts.ts";
import { guestOnDisk, rawNode } from "../graph.ts";
import { claimIsNotExclusive, copyIsNotSaved } from "../mutations.ts";

export const CLUSTER = 65536;
/** bytes of the disk */
export const LENGTH = 2 * CLUSTER;

const OLD = { byte: 0x99 } as const;

export const common = {
  profile: "proposed",
  bounds: { requests: 2, alignment: CLUSTER, longest: CLUSTER, values: 1 },
  clusterSize: CLUSTER,
  reachable: ["job-result-is-read"],
  expected: { verdict: "holds" },
} as const satisfies Partial<Model>;

/** It holds something else, which must be gone also where the disk holds zeros. */
export const target: ModelImage = {
  filename: "target.raw",
  length: LENGTH,
  content: [{ offset: 0, length: LENGTH, fill: OLD }],
};

export const images: readonly ModelImage[] = [
  {
    filename: "disk.raw",
    length: LENGTH,
    content: [{ offset: 0, length: CLUSTER, fill: { seed: 1 } }],
  },
  target,
];

/** The job begins, and somebody reads what it copies to. @param job options of the command */
export function startBackup(job: JsonObject = {}): QmpCommand[] {
  return [
    ...guestOnDisk,
    rawNode("target"),
    qmp("blockdev-backup", {
      "job-id": "backup",
      device: "disk",
      target: "target",
      sync: "full",
      "filter-node-name": "hook",
      ...job,
    }),
    qmp("block-export-add", { type: "nbd", id: "reader", name: "reader", "node-name": "target" }),
  ];
}

export function stopBackup(): QmpCommand[] {
  return [
    qmp("block-export-del", { id: "reader" }),
    qmp("block-job-cancel", { device: "backup" }),
    qmp("blockdev-del", { "node-name": "target" }),
  ];
}

/** The job copies clusters in any order, some of them twice. @param depth clusters at once */
export function copies(depth = 1): Actor {
  return asks("backup", ["copy"], depth);
}

/** A guest writes one cluster, so that what a job should have copied need not be written again. */
export const writesOnce: Actor = {
  ...{ name: "guest meanwhile", through: "guest" },
  requests: { operations: ["write"], count: 1, alignment: CLUSTER, longest: CLUSTER },
};

/** Requests for every cluster of a length, in order. */
export function pieces(operation: Operation, length: number) {
  return Array.from({ length: length / CLUSTER }, (_, index) => ({
    ...{ operation, offset: index * CLUSTER, length: CLUSTER },
  }));
}

/** What the hook of a job may do wrong about who copies a cluster. */
export const CLAIM_IS_NOT_EXCLUSIVE: Mutant = {
  name: "claim-is-not-exclusive",
  statement: "the job takes a cluster for copied that is being copied for the guest (K9)",
  mutation: claimIsNotExclusive,
  caughtBy: "job-result-equals-point-in-time",
};

export const COPY_IS_NOT_SAVED: Mutant = {
  name: "copy-is-not-saved",
  statement: "a cluster counts as copied before its data is in the target",
  mutation: copyIsNotSaved,
  caughtBy: "job-result-equals-point-in-time",
};
