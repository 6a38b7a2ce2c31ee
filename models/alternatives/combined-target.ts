/**
 * Cache and target combined: what the hook saves goes directly where the backup is written
 * ("another option is to combine fleecing cache and target somehow").
 *
 *     guest       backup       reader
 *       |           |            |
 *       v           v            v
 *      hook <-------+---------- view
 *       |  \
 *  file |   \ target: flushed after every cluster
 *       v    v
 *     disk  target
 *
 * There is one copy of each cluster, made by whoever comes first, and nothing to be dropped from a
 * cache later: the view reads from the target what is there, and the rest from the disk. But then
 * the target is all that is left of the point in time where the guest has written, and it must
 * survive what a backup survives: a power failure after which the backup goes on. The disk may
 * write back at any time. So what was saved must be stable before the guest's write goes to the
 * disk, and a cluster counts as copied, for whoever waits for it, when it was flushed, and not when
 * it was written. A flush of the guest's is too late for that, and says nothing about the target.
 *
 * What must hold: whenever the disk has taken a write, a power failure would leave in the target
 * what was overwritten; the view shows the point in time, and so does what the backup says it has
 * copied. It holds, also if the target is full or cannot be flushed once: then the guest's write
 * fails, and nothing was overwritten. A hook that does not flush, as QEMU's, has another reader
 * notice nothing, until the power fails: "saved-is-not-flushed".
 *
 * What it costs: a flush of the target before the first write to each cluster, and after each
 * cluster that the backup copies.
 */
import { type Model, qmp } from "../../src/system/model.ts";
import { asks } from "../fleecing-cache/parts.ts";
import { guestOnDisk, rawNode } from "../graph.ts";
import { common, images, LENGTH, pieces } from "../jobs/parts.ts";
import { claimIsNotExclusive } from "../mutations.ts";
import { close, readerLeaves, readerOn, viewOfHook } from "../thread/parts.ts";
import {
  confirmedBeforeFlushed,
  flushErrorIsIgnored,
  flushedBeforeSaved,
  savedIsNotFlushed,
} from "./combined-mutations.ts";

const begin = [
  ...guestOnDisk,
  rawNode("target"),
  qmp("blockdev-backup", {
    ...{ "job-id": "backup", device: "disk", target: "target", sync: "full" },
    ...{ "filter-node-name": "hook", "flush-target": true },
  }),
  viewOfHook,
  readerOn("view"),
];

export const combinedTarget: Model = {
  ...common,
  name: "combined-target",
  title: "A hook saves to the target of the backup, and flushes it before the guest overwrites",
  idea:
    "What a guest is about to overwrite goes to the target of the backup, where a reader of the " +
    "point in time finds it as well. The target may be full once, or fail to flush. Whenever the " +
    "disk has taken a write, a power failure would leave in the target what was there.",
  bounds: { ...common.bounds, requests: 1 },
  images,
  phases: [
    { kind: "commands", commands: begin },
    {
      kind: "concurrent",
      actors: [
        asks("guest", ["write"], 2),
        { name: "backup", through: "backup", requests: pieces("copy", LENGTH) },
        asks("reader", ["read"]),
      ],
      faults: [
        { image: "target.raw", operations: ["flush"], errno: "EIO", times: 1 },
        { image: "target.raw", operations: ["write"], errno: "ENOSPC", times: 1 },
      ],
    },
    {
      kind: "commands",
      commands: [
        readerLeaves,
        close("view"),
        qmp("block-job-cancel", { device: "backup" }),
        close("target"),
      ],
    },
  ],
  properties: ["saved-is-stable", "view-equals-point-in-time", "disk-keeps-guest-writes"],
  reachable: ["view-is-read"],
  mutants: [
    {
      name: "saved-is-not-flushed",
      statement: "the guest overwrites what the target has not made stable, as in QEMU",
      mutation: savedIsNotFlushed,
      caughtBy: "saved-is-stable",
    },
    {
      name: "flushed-before-saved",
      statement: "the target is flushed before what is saved was written to it",
      mutation: flushedBeforeSaved,
      caughtBy: "saved-is-stable",
    },
    {
      name: "confirmed-before-flushed",
      statement: "a cluster counts as copied when it was written: who waited for it goes on",
      mutation: confirmedBeforeFlushed,
      caughtBy: "saved-is-stable",
    },
    {
      name: "flush-error-is-ignored",
      statement: "a flush of the target that failed is taken for success",
      mutation: flushErrorIsIgnored,
      caughtBy: "saved-is-stable",
    },
    {
      name: "claim-is-not-exclusive",
      statement: "the guest does not wait for a copy that the backup has begun",
      mutation: claimIsNotExclusive,
      caughtBy: "view-equals-point-in-time",
    },
  ],
};
