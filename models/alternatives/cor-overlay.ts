/**
 * Copy-on-read into an overlay, as Max drew it: "You can do the same with backup by just putting a
 * fast overlay between source and the backup, if your source is so slow, and then do COR, i.e.:
 * slow source --> fast overlay --> COR node --> backup filter".
 *
 *     guest        reader
 *       |             |
 *       v             v
 *      hook <------- view
 *       |  \
 *       |   \ target
 *       v    v
 *      cor  cache
 *       |
 *       v     backing
 *     overlay ------->  disk
 *
 * Whoever reads something for the first time, guest, reader or the hook that saves it, has it
 * copied from the slow disk into the overlay, and nobody reads it from the disk again. What must
 * hold: the view shows what all layers showed when the guest was moved onto the hook, the guest
 * finds what it wrote last, and when the hook is taken out the layers have all of it. It holds.
 *
 * What it costs. A read of what is missing is a read of the disk, a write to the overlay and a read
 * of that, and keeps writes to its clusters waiting meanwhile; even where nothing is missing
 * writes wait for reads. Where there is no room in the overlay a read fails, which without
 * copy-on-read would not. And nothing is ever dropped from the overlay again, as a cache could do.
 */
import { type Actor, type Model, qmp } from "../../src/system/model.ts";
import { rawNode } from "../graph.ts";
import {
  close,
  guestOn,
  imagesOf,
  moveGuestTo,
  overlay,
  readerLeaves,
  readerOn,
  viewOfHook,
} from "../thread/parts.ts";
import {
  failedReadKeepsItsTurn,
  missingIsTakenForZeros,
  readsCopyBeforeTheirTurn,
  readsDoNotSerialise,
  readWaitsForItself,
  writesDoNotEnter,
} from "./cor-mutations.ts";
import { claimIsShared } from "./mutations.ts";
import { keptInTwoWays, readsAllAfterwards } from "./parts.ts";

const { clusterSize: CLUSTER, bounds } = keptInTwoWays;
const SECTOR = bounds.alignment;

const guest: Actor = {
  name: "guest",
  through: "guest",
  depth: 2,
  requests: { operations: ["write", "read"], count: 4, alignment: SECTOR, longest: CLUSTER },
};

const reader: Actor = {
  name: "reader",
  through: "reader",
  requests: { operations: ["read"], count: 1, alignment: CLUSTER, longest: CLUSTER },
};

const begin = [
  rawNode("disk"),
  qmp("blockdev-add", overlay("overlay", "disk")),
  qmp("blockdev-add", { driver: "copy-on-read", "node-name": "cor", file: "overlay" }),
  guestOn("cor"),
  rawNode("cache"),
  qmp("blockdev-add", {
    ...{ driver: "copy-before-write", "node-name": "hook", file: "cor", target: "cache" },
  }),
  moveGuestTo("hook"),
  viewOfHook,
  readerOn("view"),
];

export const corOverlay: Model = {
  ...keptInTwoWays,
  name: "cor-overlay",
  title: "Copy-on-read into a fast overlay over a slow disk, below the hook",
  idea:
    "What anybody reads is copied from the slow disk into an overlay, which may be full once; " +
    "writes there wait for that. The view, the guest and the layers keep what they must.",
  images: imagesOf("overlay.qcow2", "cache.raw"),
  phases: [
    { kind: "commands", commands: begin },
    {
      kind: "concurrent",
      actors: [guest, reader],
      faults: [{ image: "overlay.qcow2", operations: ["write"], errno: "ENOSPC", times: 1 }],
    },
    {
      kind: "commands",
      commands: [readerLeaves, close("view"), moveGuestTo("cor"), close("hook"), close("cache")],
    },
    { kind: "concurrent", actors: [readsAllAfterwards] },
  ],
  properties: ["view-equals-point-in-time", "guest-reads-last-write", "disk-keeps-guest-writes"],
  reachable: ["view-is-read"],
  invariants: ["settled-is-copied"],
  mutants: [
    {
      name: "reads-do-not-serialise",
      statement: "a read copies over what a guest has written since the read began",
      mutation: readsDoNotSerialise,
      caughtBy: "disk-keeps-guest-writes",
    },
    {
      name: "writes-do-not-enter",
      statement: "a write does not wait for a read that is copying the cluster",
      mutation: writesDoNotEnter,
      caughtBy: "disk-keeps-guest-writes",
    },
    {
      name: "reads-copy-before-their-turn",
      statement: "a read copies before its turn, also what was allocated meanwhile",
      mutation: readsCopyBeforeTheirTurn,
      caughtBy: "disk-keeps-guest-writes",
    },
    {
      name: "missing-is-taken-for-zeros",
      statement: "what is not in the overlay is copied there as zeros",
      mutation: missingIsTakenForZeros,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "claim-is-shared",
      statement:
        "a write does not wait for another one that puts the same cluster into the overlay",
      mutation: claimIsShared,
      caughtBy: "disk-keeps-guest-writes",
    },
    {
      name: "failed-read-keeps-its-turn",
      statement: "a read for whose copy there was no room keeps others from its clusters",
      mutation: failedReadKeepsItsTurn,
      caughtBy: "no-deadlock",
    },
    {
      name: "read-waits-for-itself",
      statement: "a read that has its clusters for itself waits until it has (H04)",
      mutation: readWaitsForItself,
      caughtBy: "no-deadlock",
    },
  ],
};
