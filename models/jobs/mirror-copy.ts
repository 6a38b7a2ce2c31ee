/**
 * Mirror, the other job that copies a disk (the thread: "we could immediately replace backup by
 * mirror, and then we just have mirror, which would then automatically become blockdev-copy").
 *
 *     guest      job
 *       |         |
 *       v         v
 *     filter <----+
 *       |          \ (the job's own)
 *       v           v
 *     disk        target
 *
 * It ends at a point in time instead of beginning at one: its copy is the disk as it is when the
 * job is completed, and whoever used the disk uses the copy then.
 *
 *     background       what the guest has written is copied again. So the last copies are made
 *                      while the guest stands still, however often it was copied before.
 *     write-blocking   the guest writes both. So when everything was copied once nothing is left to
 *                      be copied while it stands still.
 *
 * One in the background can be changed into the other while it works (`block-job-change`, QEMU
 * since 8.2). What the guest had under way then is copied when it has ended, in whatever order it
 * and later writes reach the disk.
 */
import type { QmpCommand } from "../../src/graph/commands.ts";
import { type Actor, type Model, qmp } from "../../src/system/model.ts";
import { asks } from "../fleecing-cache/parts.ts";
import { guestOnDisk, rawNode } from "../graph.ts";
import {
  guestOvertakesCopy,
  mirrorClaimsLate,
  mirrorForgetsErrors,
  mirrorForgetsWrites,
  mirrorMarksEarly,
  mirrorRoundsOutward,
  mirrorWaitsForWork,
  modeIsReadTwice,
  writeWaitsForItself,
} from "./mutations.ts";
import { CLUSTER, common, copies, images, LENGTH, pieces } from "./parts.ts";

function startMirror(mode: "background" | "write-blocking"): QmpCommand[] {
  return [
    ...guestOnDisk,
    rawNode("target"),
    qmp("blockdev-mirror", {
      "job-id": "mirror",
      device: "disk",
      target: "target",
      sync: "full",
      "copy-mode": mode,
      "filter-node-name": "filter",
    }),
  ];
}

const complete = qmp("block-job-complete", { device: "mirror" });
const copiesAll = { name: "mirror", through: "mirror", requests: pieces("copy", LENGTH) } as const;
const copiesAny = { ...copies(), name: "mirror", through: "mirror" };
const readsAll = {
  name: "guest afterwards",
  through: "guest",
  requests: [{ operation: "read", offset: 0, length: LENGTH }],
} as const;

/** Writes of half a cluster or a whole one, one after the other. */
const writesHalves = (name: string): Actor => ({
  ...asks("guest", ["write"]),
  name,
  requests: { operations: ["write"], count: 6, alignment: CLUSTER / 2, longest: CLUSTER },
});

const shared = {
  ...common,
  images,
  reachable: [],
  properties: ["mirror-keeps-guest-writes", "guest-reads-last-write"],
} satisfies Partial<Model>;

export const mirrorCopy: Model = {
  ...shared,
  name: "mirror-copy",
  title: "A mirror in the background, completed while the guest stands still",
  idea:
    "A job copies a disk to a target, in any order, while the guest writes and discards and the " +
    "target may be full once. What the guest has written is copied again, the last of it while " +
    "nobody writes. Then the guest is led to the target, and finds everything there.",
  properties: [...shared.properties, "no-lost-discard"],
  phases: [
    { kind: "commands", commands: startMirror("background") },
    {
      kind: "concurrent",
      actors: [asks("guest", ["write", "discard"]), { ...copiesAny, depth: 2 }],
      faults: [{ image: "target.raw", operations: ["write"], errno: "ENOSPC", times: 1 }],
    },
    { kind: "concurrent", actors: [{ ...copiesAll, name: "mirror at last" }] },
    { kind: "commands", commands: [complete] },
    { kind: "concurrent", actors: [readsAll] },
  ],
  mutants: [
    {
      name: "mirror-marks-early",
      statement: "what a guest writes is marked before it is on the disk, where the job reads",
      mutation: mirrorMarksEarly,
      caughtBy: "mirror-keeps-guest-writes",
    },
    {
      name: "mirror-forgets-writes",
      statement: "what a guest writes is not marked to be copied again",
      mutation: mirrorForgetsWrites,
      caughtBy: "mirror-keeps-guest-writes",
    },
    {
      name: "mirror-claims-late",
      statement: "a cluster is clean when it was copied, and not when the copy begins",
      mutation: mirrorClaimsLate,
      caughtBy: "mirror-keeps-guest-writes",
    },
  ],
};

export const mirrorWriteBlocking: Model = {
  ...shared,
  name: "mirror-write-blocking",
  title: "A mirror that guests write as well, completed without a last copy",
  idea:
    "A job copies a disk to a target, which may be full once, while the guest writes, each write " +
    "to both. What the target refused is copied again while the guest goes on. Nothing has to be " +
    "copied while it stands still: it is led to the target, and finds everything there.",
  bounds: { ...common.bounds, requests: 1, alignment: CLUSTER / 2 },
  phases: [
    { kind: "commands", commands: startMirror("write-blocking") },
    {
      kind: "concurrent",
      actors: [writesHalves("guest"), copiesAll],
      faults: [{ image: "target.raw", operations: ["write"], errno: "ENOSPC", times: 1 }],
    },
    {
      kind: "concurrent",
      actors: [writesHalves("guest meanwhile"), { ...copiesAll, name: "mirror again" }],
    },
    { kind: "commands", commands: [complete] },
    { kind: "concurrent", actors: [readsAll] },
  ],
  mutants: [
    {
      name: "guest-overtakes-copy",
      statement: "a guest's write does not wait for the copy under way, which then overwrites it",
      mutation: guestOvertakesCopy,
      caughtBy: "mirror-keeps-guest-writes",
    },
    {
      name: "mirror-rounds-outward",
      statement: "a write of half a cluster clears all of it, also what was not copied yet (H23)",
      mutation: mirrorRoundsOutward,
      caughtBy: "mirror-keeps-guest-writes",
    },
    {
      name: "mirror-forgets-errors",
      statement: "what the target refused is taken for written",
      mutation: mirrorForgetsErrors,
      caughtBy: "mirror-keeps-guest-writes",
    },
    {
      name: "write-waits-for-itself",
      statement: "a guest's write that is at its clusters waits until nobody is (H24)",
      mutation: writeWaitsForItself,
      caughtBy: "no-deadlock",
    },
    {
      name: "mirror-waits-for-work",
      statement: "the job waits at a cluster until the guest writes there, and is never done (H25)",
      mutation: mirrorWaitsForWork,
      caughtBy: "no-deadlock",
    },
  ],
};

export const mirrorChanged: Model = {
  ...shared,
  name: "mirror-changed",
  title: "A mirror in the background becomes one that guests write as well",
  idea:
    "While a guest writes, two writes at once, and the job copies, an administrator has the " +
    "mirror write its target with every write from then on. What was under way is copied once " +
    "more, and then nothing has to be copied while the guest stands still.",
  phases: [
    { kind: "commands", commands: startMirror("background") },
    {
      kind: "concurrent",
      actors: [asks("guest", ["write"], 2), copiesAny],
      administrator: {
        commands: [
          qmp("block-job-change", { id: "mirror", type: "mirror", "copy-mode": "write-blocking" }),
        ],
      },
    },
    {
      kind: "concurrent",
      actors: [
        {
          ...{ name: "guest meanwhile", through: "guest" },
          requests: [{ operation: "write", offset: CLUSTER, length: CLUSTER, data: { byte: 7 } }],
        },
        { ...copiesAll, name: "mirror again" },
      ],
    },
    { kind: "commands", commands: [complete] },
    { kind: "concurrent", actors: [readsAll] },
  ],
  mutants: [
    {
      name: "mirror-forgets-writes",
      statement: "what a guest has under way when the mirror is changed is not marked",
      mutation: mirrorForgetsWrites,
      caughtBy: "mirror-keeps-guest-writes",
    },
    {
      name: "mirror-claims-late",
      statement: "a write that ends while its cluster is copied is taken for copied",
      mutation: mirrorClaimsLate,
      caughtBy: "mirror-keeps-guest-writes",
    },
    {
      name: "guest-overtakes-copy",
      statement: "a guest's write does not wait for the copy under way, which then overwrites it",
      mutation: guestOvertakesCopy,
      caughtBy: "mirror-keeps-guest-writes",
    },
    {
      name: "mode-is-read-twice",
      statement: "a write that went to the disk alone ends as if the target had it as well (H26)",
      mutation: modeIsReadTwice,
      caughtBy: "mirror-keeps-guest-writes",
    },
  ],
};
