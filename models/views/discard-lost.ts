/**
 * What becomes of a guest's discard under a hook (defect R06).
 *
 *     guest         reader
 *       |              |
 *       v              v
 *      hook <-------- view
 *       |  \
 *  file |   \ target
 *       v    v
 *     disk  cache
 *
 * The disk's nodes all have `discard: unmap`: what the guest discards is given back. Then a hook
 * goes in. A node without that option is where discards end, with success, and a hook that a backup
 * job opens does not have it: as long as the job runs, nothing is given back, and nobody is told.
 * Two steps show it, the commands and the discard. Nothing is wrong with the data, so that no
 * property about data can see it.
 *
 * What must hold: a discard that succeeds has reached the disk's image, if only hooks stand in its
 * way. It does where a hook hands on what the node below hands on, as profile `proposed` has it;
 * and old data is saved before it is discarded, as before it is overwritten (H01). Until then, a
 * hook that is opened with the option, by `blockdev-add`, does what a job's hook does not.
 */
import { type Actor, type Model, qmp } from "../../src/system/model.ts";
import { guestOnDisk, rawNode } from "../graph.ts";
import {
  discardGoesToTarget,
  discardIsNotCopied,
  discardIsNotForwarded,
  discardLeavesReaders,
} from "../mutations.ts";
import {
  close,
  imagesOf,
  readerLeaves,
  readerOn,
  readerReads,
  viewOfHook,
} from "../thread/parts.ts";

const CLUSTER = 65536;

const guest: Actor = {
  name: "guest",
  through: "guest",
  requests: {
    operations: ["write", "discard"],
    count: 4,
    alignment: CLUSTER,
    longest: CLUSTER,
  },
};

const givenBack = {
  bounds: { requests: 2, alignment: CLUSTER, longest: CLUSTER, values: 1 },
  clusterSize: CLUSTER,
  images: imagesOf("cache.raw"),
} as const satisfies Partial<Model>;

const jobBegins = [
  ...guestOnDisk,
  rawNode("cache"),
  qmp("blockdev-backup", {
    "job-id": "job",
    device: "disk",
    target: "cache",
    sync: "none",
    "filter-node-name": "hook",
  }),
];

export const discardLost: Model = {
  ...givenBack,
  name: "discard-lost",
  title: "A backup job's hook swallows what the guest discards (R06)",
  idea:
    "The disk gives back what the guest discards, until a job puts its hook there: that has no " +
    "discard=unmap, so discards end at it, with success.",
  profile: "qemu-10.0",
  phases: [
    { kind: "commands", commands: jobBegins },
    { kind: "concurrent", actors: [guest] },
  ],
  properties: ["no-lost-discard"],
  expected: { verdict: "violated" },
  mutants: [],
};

export const discardKept: Model = {
  ...givenBack,
  name: "discard-kept",
  title: "A backup job's hook saves what the guest discards, and hands the discard on",
  idea:
    "The same job with a hook that hands on what the disk does: the old data goes to the cache, " +
    "the disk gives the cluster back, and the view shows what was there.",
  profile: "proposed",
  phases: [
    { kind: "commands", commands: [...jobBegins, viewOfHook, readerOn("view")] },
    { kind: "concurrent", actors: [guest, readerReads] },
    {
      kind: "commands",
      commands: [
        ...[readerLeaves, close("view")],
        ...[qmp("block-job-cancel", { device: "job" }), close("cache")],
      ],
    },
  ],
  properties: ["no-lost-discard", "view-equals-point-in-time", "disk-keeps-guest-writes"],
  reachable: ["view-is-read"],
  expected: { verdict: "holds" },
  mutants: [
    {
      name: "discard-is-not-forwarded",
      statement: "a discard ends at the hook once the old data is safe (C6, R06)",
      mutation: discardIsNotForwarded,
      caughtBy: "no-lost-discard",
    },
    {
      name: "discard-goes-to-target",
      statement: "a guest's discard takes away what was saved, instead of what is on the disk",
      mutation: discardGoesToTarget,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "discard-is-not-copied",
      statement: "a discard is handed on without saving the old data (H01)",
      mutation: discardIsNotCopied,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "discard-does-not-wait-for-readers",
      statement: "a discard does not wait for reads of the view that still use the disk",
      mutation: discardLeavesReaders,
      caughtBy: "view-equals-point-in-time",
    },
  ],
};
