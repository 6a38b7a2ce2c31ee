/**
 * Two increments after one another, by the job that keeps the bitmap itself.
 *
 * `sync: incremental` needs no command that clears the bitmap. While the job works the bitmap
 * stays as it is, and an anonymous successor records what the guest writes: it began at the very
 * point in time that the job copies. When the job has done everything the successor takes the
 * bitmap's place; if it is cancelled, or has failed, the two become one, and nothing was lost. The
 * next increment then copies what it has to, onto the same target.
 *
 * The first increment is finalized in one model, and cancelled half way in the other: the target
 * then has some clusters that are newer than others, until the second increment has gone over all
 * that was recorded since the beginning.
 */
import { type Model, qmp } from "../../src/system/model.ts";
import { CLUSTER } from "../jobs/parts.ts";
import { jobAbdicatesAnyway, successorForgets, successorIsDropped } from "./mutations.ts";
import {
  chained,
  copiesAll,
  images,
  increment,
  lastIncrement,
  recordedDisk,
  writes,
} from "./parts.ts";

/** @param ends how the first increment ends @param copies what it has copied until then */
const twice = (ends: string, copies: Model["phases"][number] & { kind: "concurrent" }) =>
  ({
    ...chained,
    images,
    phases: [
      { kind: "commands", commands: recordedDisk },
      { kind: "concurrent", actors: [writes] },
      { kind: "commands", commands: [increment("first")] },
      copies,
      ...lastIncrement("second", [
        ends === "finalize"
          ? qmp("block-job-finalize", { id: "first" })
          : qmp("block-job-cancel", { device: "first" }),
      ]),
    ],
  }) as const satisfies Partial<Model>;

export const successiveIncrements: Model = {
  ...twice("finalize", { kind: "concurrent", actors: [writes, copiesAll("first")] }),
  name: "successive-increments",
  title: "Two increments, one after the other, while the guest writes",
  idea:
    "A job copies what its bitmap has recorded, while a successor of the bitmap records what " +
    "comes then. When the job is done the successor is the bitmap, and the next increment goes " +
    "on from there.",
  mutants: [
    {
      name: "successor-forgets",
      statement: "while a job works with the bitmap, what is written is recorded nowhere",
      mutation: successorForgets,
      caughtBy: "increment-covers-changes",
    },
    {
      name: "successor-is-dropped",
      statement: "when the job is done, the bitmap is empty",
      mutation: successorIsDropped,
      caughtBy: "increment-covers-changes",
    },
  ],
};

/** The first job has copied one cluster, any of them, when it is cancelled. */
const half = { ...copiesAll("first"), requests: copiesAny() };

function copiesAny() {
  return { operations: ["copy"], count: 1, alignment: CLUSTER, longest: CLUSTER } as const;
}

export const incrementCancelled: Model = {
  ...twice("cancel", { kind: "concurrent", actors: [writes, half] }),
  name: "increment-cancelled",
  title: "An increment is cancelled half way, and the next one makes up for it",
  idea:
    "A job that goes by a bitmap is cancelled when it has copied some of what it had to. Bitmap " +
    "and successor become one, so that the next increment copies all that was recorded before " +
    "the job and since.",
  mutants: [
    {
      name: "cancelled-job-abdicates",
      statement: "the successor takes the bitmap's place although the job was cancelled",
      mutation: jobAbdicatesAnyway,
      caughtBy: "increment-covers-changes",
    },
  ],
};
