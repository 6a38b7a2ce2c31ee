/**
 * A full backup, and an increment that brings it up to date: nothing that is written between the
 * two may be in neither.
 *
 * Where the bitmap begins decides it. The administrator starts the full backup and clears the
 * bitmap while the guest writes. By one transaction both happen at one instant: what was written
 * before is in the full backup, what comes after is in the bitmap, and so in the increment. Two
 * commands leave a gap. Backup first, bitmap then: a write in between is saved by the job's hook,
 * so that the full backup has the data from before, and then the bitmap forgets it. Bitmap first,
 * backup then: a write in between is in both, which costs a copy and loses nothing.
 *
 * It is judged by what a reader of the target sees after the increment: the disk as it was when
 * the increment began. QEMU's documentation (docs/interop/bitmaps.rst) asks for the transaction.
 */
import type { QmpCommand } from "../../src/graph/commands.ts";
import { type Actor, type Model, qmp } from "../../src/system/model.ts";
import { asks } from "../fleecing-cache/parts.ts";
import { CLUSTER } from "../jobs/parts.ts";
import { bitmapForgetsDiscards, bitmapForgetsWrites, bitmapMarksEarly } from "./mutations.ts";
import {
  backup,
  CHANGES,
  chained,
  copiesAll,
  images,
  increment,
  readsAll,
  readTarget,
  recordedDisk,
} from "./parts.ts";

const ANY_CLUSTER = { alignment: CLUSTER, longest: CLUSTER } as const;

const full = { type: "blockdev-backup", data: backup("full", { sync: "full" }) };
const clear = { type: "block-dirty-bitmap-clear", data: CHANGES };

/** A guest that changes something once: what it writes again is recorded again. */
const changesOnce: Actor = {
  ...{ name: "guest", through: "guest" },
  requests: { ...{ operations: ["write", "discard"], count: 1 }, ...ANY_CLUSTER },
};

/** @param starts how the full backup and the bitmap begin */
const chain = (starts: readonly QmpCommand[]) =>
  ({
    ...chained,
    images,
    phases: [
      { kind: "commands", commands: recordedDisk },
      {
        kind: "concurrent",
        actors: [changesOnce, copiesAll("full")],
        administrator: { commands: starts },
      },
      {
        kind: "commands",
        commands: [qmp("block-job-cancel", { device: "full" }), increment("increment"), readTarget],
      },
      { kind: "concurrent", actors: [asks("guest", ["write"]), copiesAll("increment")] },
      { kind: "concurrent", actors: [asks("guest", ["write"]), readsAll] },
      {
        kind: "commands",
        commands: [
          qmp("block-export-del", { id: "reader" }),
          qmp("block-job-cancel", { device: "increment" }),
        ],
      },
    ],
  }) as const satisfies Partial<Model>;

export const bitmapChain: Model = {
  ...chain([qmp("transaction", { actions: [full, clear] })]),
  name: "bitmap-chain",
  title: "An increment follows a full backup; both begin by transactions while the guest writes",
  idea:
    "A full backup and a bitmap begin at one instant, by one transaction, while the guest " +
    "writes. An increment then brings the copy up to date: nothing is in neither.",
  mutants: [
    {
      name: "bitmap-forgets-writes",
      statement: "what a guest writes is not recorded",
      mutation: bitmapForgetsWrites,
      caughtBy: "job-result-equals-point-in-time",
    },
    {
      name: "bitmap-forgets-discards",
      statement: "a discard is not recorded, although it changes what is read",
      mutation: bitmapForgetsDiscards,
      caughtBy: "job-result-equals-point-in-time",
    },
  ],
};

export const bitmapClearedLate: Model = {
  ...chain([full, clear].map(({ type, data }) => qmp(type, data))),
  name: "bitmap-cleared-late",
  title: "The bitmap is cleared by a command of its own, after the full backup has begun",
  idea:
    "The same by two commands, backup first: a write between the two is not in the full backup, " +
    "which shows the disk as it was before, and not in the bitmap, which has forgotten it.",
  expected: { verdict: "violated" },
  mutants: [],
};

export const bitmapClearedEarly: Model = {
  ...chain([clear, full].map(({ type, data }) => qmp(type, data))),
  name: "bitmap-cleared-early",
  title: "The bitmap is cleared by a command of its own, before the full backup begins",
  idea:
    "The same by two commands, bitmap first: a write between the two is in the full backup and " +
    "in the bitmap, and is copied twice. Nothing is lost, also if it is under way meanwhile.",
  mutants: [
    {
      name: "bitmap-marks-early",
      statement: "a change is recorded before it happens, and the bitmap is cleared in between",
      mutation: bitmapMarksEarly,
      caughtBy: "increment-covers-changes",
    },
  ],
};
