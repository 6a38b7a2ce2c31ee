/**
 * Max's answer to a slow target: "you backup to a fast overlay over a slow target, and run a live
 * commit on the side".
 *
 *     guest      backup         commit       reader
 *       |          |              |            |
 *       v          |   target     v            |
 *      hook <------+--------> filter <---------+
 *       |                        |
 *  file |                        v    backing
 *       v                       fast ---------> target
 *      disk
 *
 * The backup writes only to the fast overlay: what the guest is about to overwrite, and all the
 * rest. The commit of the overlay follows: it is a mirror into the file below, which sees each
 * write of the backup, and copies those clusters (again). No request of the guest waits for the
 * target, and how far the commit is behind only decides how much the overlay holds.
 *
 * QEMU refuses it: a commit wants a node that no job works on (R30); here the profile allows it for
 * what a backup writes. What must hold: a reader finds in the overlay, with the target behind it,
 * what the backup says it has copied, at any moment of the commit; and when first the backup and
 * then the commit is over, the target alone has it. It holds. A commit that goes over the overlay
 * once, and does not follow, has the backup lose data: "commit-does-not-follow". One slip of
 * mirrors does no harm here, to take a cluster for clean only once it was copied: what the backup
 * has put into the overlay never changes.
 */
import { type Actor, type Model, qmp } from "../../src/system/model.ts";
import { commitTakesOverlayForBase } from "../chains/mutations.ts";
import { asks } from "../fleecing-cache/parts.ts";
import { guestOnDisk, rawNode } from "../graph.ts";
import {
  jobHidesErrors,
  mirrorCopyForgetsErrors,
  mirrorForgetsWrites,
  mirrorMarksEarly,
} from "../jobs/mutations.ts";
import { common, images, LENGTH, pieces } from "../jobs/parts.ts";
import { overlay, readerOn } from "../thread/parts.ts";

const begin = [
  ...guestOnDisk,
  rawNode("target"),
  qmp("blockdev-add", overlay("fast", "target")),
  qmp("blockdev-backup", {
    ...{ "job-id": "backup", device: "disk", target: "fast", sync: "full" },
    "filter-node-name": "hook",
  }),
  readerOn("fast"),
  qmp("block-commit", {
    ...{ "job-id": "commit", device: "fast", "base-node": "target" },
    "filter-node-name": "filter",
  }),
];

/** @param again which time it is */
const copiesAll = (job: string, again = ""): Actor => ({
  ...{ name: `${job}${again}`, through: job },
  requests: pieces("copy", LENGTH),
});

const readsAll: Actor = {
  name: "reader afterwards",
  through: "reader",
  requests: [{ operation: "read", offset: 0, length: LENGTH }],
};

export const overlayLiveCommit: Model = {
  ...common,
  name: "overlay-live-commit",
  title: "A backup into a fast overlay over a slow target, and a live commit on the side",
  idea:
    "A backup writes to an overlay, and a commit of that goes on at the same time, which takes " +
    "each write down to the target; either may be full once. The guest never waits for the " +
    "target, and in the end the target alone is the image as it was when the backup began.",
  bounds: { ...common.bounds, requests: 1 },
  images: [...images, { filename: "fast.qcow2", length: LENGTH, content: [] }],
  phases: [
    { kind: "commands", commands: begin },
    {
      kind: "concurrent",
      actors: [
        asks("guest", ["write"]),
        copiesAll("backup"),
        copiesAll("commit"),
        asks("reader", ["read"]),
      ],
      faults: [
        { image: "fast.qcow2", operations: ["write"], errno: "ENOSPC", times: 1 },
        { image: "target.raw", operations: ["write"], errno: "ENOSPC", times: 1 },
      ],
    },
    { kind: "concurrent", actors: [copiesAll("backup", " again")] },
    { kind: "commands", commands: [qmp("block-job-cancel", { device: "backup" })] },
    { kind: "concurrent", actors: [copiesAll("commit", " at last")] },
    { kind: "commands", commands: [qmp("block-job-complete", { device: "commit" })] },
    { kind: "concurrent", actors: [readsAll] },
  ],
  properties: [
    "job-result-equals-point-in-time",
    "mirror-keeps-guest-writes",
    "disk-keeps-guest-writes",
  ],
  mutants: [
    {
      name: "commit-does-not-follow",
      statement: "what the backup writes where the commit has been is not committed again",
      mutation: mirrorForgetsWrites,
      caughtBy: "mirror-keeps-guest-writes",
    },
    {
      name: "commit-marks-early",
      statement: "what the backup writes is marked before it is in the overlay",
      mutation: mirrorMarksEarly,
      caughtBy: "mirror-keeps-guest-writes",
    },
    {
      name: "commit-forgets-errors",
      statement: "what the target refused of the commit is not committed again",
      mutation: mirrorCopyForgetsErrors,
      caughtBy: "mirror-keeps-guest-writes",
    },
    {
      name: "commit-takes-overlay-for-base",
      statement: "what is in the overlay is taken for in the target already",
      mutation: commitTakesOverlayForBase,
      caughtBy: "mirror-keeps-guest-writes",
    },
    {
      name: "job-hides-errors",
      statement: "the backup says that it has copied what the overlay refused",
      mutation: jobHidesErrors,
      caughtBy: "job-result-equals-point-in-time",
    },
  ],
};
