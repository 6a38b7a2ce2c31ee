/**
 * The designs that are compared: the graph of each, and who copies.
 */
import { keeper } from "../../models/fleecing-cache/parts.ts";
import { guestOnDisk, rawNode, startFleecing } from "../../models/graph.ts";
import { backUpFromCache } from "../../models/jobs/fleecing-backup.ts";
import { overlay } from "../../models/thread/parts.ts";
import type { QmpCommand } from "../../src/graph/commands.ts";
import type { JsonObject } from "../../src/graph/graph.ts";
import { qmp } from "../../src/system/model.ts";
import type { CopierKind } from "./copier.ts";

export interface Design {
  readonly name: string;
  readonly idea: string;
  /** file names of its images besides disk and target */
  readonly images: readonly string[];
  readonly commands: readonly QmpCommand[];
  /** null: nobody copies */
  readonly copier: CopierKind | null;
  /** name of the cache in whose order it is copied; null: in that of the disk */
  readonly recommendedBy: string | null;
  /** clusters of memory of a cache whose tiers are kept; null: none is */
  readonly kept: number | null;
  /** a job that takes what is copied further, meanwhile and once more at the end; null: none */
  readonly followedBy: CopierKind | null;
  /** whose state the backup shows: as when it began, or as when it was done */
  readonly shows: "beginning" | "end";
  /** the image that holds the guest's writes, and must be merged afterwards; null: the disk does */
  readonly overlay: string | null;
}

const JOB = { kind: "job", job: "backup" } as const;
const CLIENT = { kind: "client", through: "reader", discards: false } as const;
const plain = {
  ...{ images: [], kept: null, overlay: null, recommendedBy: null },
  ...{ followedBy: null, shows: "beginning" as const },
} as const;

const backup = (device: string, more: JsonObject = {}) =>
  qmp("blockdev-backup", {
    ...{ "job-id": "backup", device, target: "target", sync: "full" },
    ...more,
  });

/** Memory for so many clusters, and a job that has them forgotten. */
const cached = (clusters: number, more: JsonObject = {}) =>
  backUpFromCache({ "memory-clusters": clusters, "when-full": "wait", ...more });

/** clusters: 1 % and 12.5 % of the disk */
const LITTLE = 40;
const MUCH = 512;

export const DESIGNS: readonly Design[] = [
  {
    ...plain,
    name: "no-backup",
    idea: "the guest alone",
    commands: guestOnDisk,
    copier: null,
  },
  {
    ...plain,
    name: "backup-full",
    idea: "a job copies, and its hook saves straight to the slow target",
    commands: [...guestOnDisk, rawNode("target"), backup("disk")],
    copier: JOB,
  },
  {
    ...plain,
    name: "combined-target",
    idea: "the same, and what is saved is flushed before the guest overwrites it",
    commands: [...guestOnDisk, rawNode("target"), backup("disk", { "flush-target": true })],
    copier: JOB,
  },
  {
    ...plain,
    name: "overlay-live-commit",
    idea: "a job copies to a fast overlay over the slow target, and a live commit follows",
    images: ["fast.qcow2"],
    commands: [
      ...guestOnDisk,
      rawNode("target"),
      qmp("blockdev-add", overlay("fast", "target")),
      backup("disk", { target: "fast" }),
      qmp("block-commit", { "job-id": "commit", device: "fast", "base-node": "target" }),
    ],
    copier: JOB,
    followedBy: { kind: "job", job: "commit" },
  },
  {
    ...plain,
    name: "mirror",
    idea: "a mirror copies, and the guest writes to disk and target at once (write-blocking)",
    commands: [
      ...guestOnDisk,
      rawNode("target"),
      qmp("blockdev-mirror", {
        ...{ "job-id": "backup", device: "disk", target: "target", sync: "full" },
        "copy-mode": "write-blocking",
      }),
    ],
    copier: JOB,
    shows: "end",
  },
  {
    ...plain,
    name: "pull",
    idea: "the hook saves to a disk cache, a client reads the view",
    images: ["cache.raw"],
    commands: [...guestOnDisk, ...startFleecing(["reader"])],
    copier: CLIENT,
  },
  {
    ...plain,
    name: "pull-and-discard",
    idea: "the same, and the client discards what it has copied",
    images: ["cache.raw"],
    commands: [...guestOnDisk, ...startFleecing(["reader"])],
    copier: { ...CLIENT, discards: true },
  },
  {
    ...plain,
    name: "push-view",
    idea: "the hook saves to a disk cache, QEMU's job copies the view",
    images: ["cache.raw"],
    commands: [...guestOnDisk, ...startFleecing([]), rawNode("target"), backup("view")],
    copier: JOB,
  },
  {
    ...plain,
    name: "cache-little",
    idea: `memory for ${LITTLE} clusters, and the guest waits when it is full`,
    images: ["ram"],
    commands: cached(LITTLE),
    copier: JOB,
  },
  {
    ...plain,
    name: "cache-little-first",
    idea: "the same, and the job comes first to what is in memory, last to zeros",
    images: ["ram"],
    commands: cached(LITTLE),
    copier: JOB,
    recommendedBy: "cache",
  },
  {
    ...plain,
    name: "cache-much",
    idea: `memory for ${MUCH} clusters, and the guest waits when it is full`,
    images: ["ram"],
    commands: cached(MUCH),
    copier: JOB,
  },
  {
    ...plain,
    name: "cache-tiers",
    idea: `memory for ${LITTLE} clusters, emptied to a disk tier`,
    images: ["ram", "tier.raw"],
    commands: [rawNode("tier"), ...cached(LITTLE, { disk: "tier" }), keeper],
    copier: JOB,
    kept: LITTLE,
  },
  {
    ...plain,
    name: "cache-tiers-late",
    idea: "the same, memory first, and last what is on the disk tier",
    images: ["ram", "tier.raw"],
    commands: [rawNode("tier"), ...cached(LITTLE, { disk: "tier" }), keeper],
    copier: JOB,
    kept: LITTLE,
    recommendedBy: "cache",
  },
  {
    ...plain,
    name: "cache-tiers-early",
    idea: "the same, memory first, and then what is on the disk tier",
    images: ["ram", "tier.raw"],
    commands: [
      rawNode("tier"),
      ...cached(LITTLE, { disk: "tier", "recommend-disk": "early" }),
      keeper,
    ],
    copier: JOB,
    kept: LITTLE,
    recommendedBy: "cache",
  },
  {
    ...plain,
    name: "overlay",
    idea: "the guest writes an overlay (COW), a client reads the disk, the overlay is merged later",
    images: ["overlay.qcow2"],
    commands: [
      ...guestOnDisk,
      qmp("blockdev-add", {
        driver: "qcow2",
        "node-name": "overlay",
        file: { driver: "file", filename: "overlay.qcow2" },
        backing: null,
      }),
      qmp("blockdev-snapshot", { node: "disk", overlay: "overlay" }),
      qmp("block-export-add", { type: "nbd", id: "reader", name: "reader", "node-name": "disk" }),
    ],
    copier: CLIENT,
    overlay: "overlay.qcow2",
  },
];
