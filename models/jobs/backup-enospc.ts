/**
 * An increment stops where its target is full, and fails where that is broken (`enospc`).
 *
 * Who waits for room can be helped; a job that met another error has failed, whatever becomes of it
 * afterwards (QEMU block/block-backend.c, `blk_get_error_action`; rule B3).
 *
 *     guest      job
 *       |         |  GO? then copy; no space: STOP, another error: FAIL
 *       |        life  <....  RESUME; ended: are you WELL? then ABDICATE, else RECLAIM
 *       v         |
 *      hook  <----+
 *       |  \
 *     disk  target
 *    (changes)
 *
 * Nobody is told which of the two it was: the job is resumed, and asked for all of its clusters
 * again, and then finalized. One that has stopped copies what it had left; if there is room now it
 * has done its work, and its bitmap begins anew. One that has failed copies nothing any more, and
 * neither does one that has stopped again: then the bitmap keeps what it had recorded, and the next
 * increment copies all of it.
 */
import { type Model, qmp } from "../../src/system/model.ts";
import {
  backup,
  CHANGES,
  chained,
  copiesAll,
  images,
  lastIncrement,
  recordedDisk,
  writes,
} from "../bitmaps/parts.ts";
import {
  failedJobIsWell,
  fullTargetFailsJob,
  haltedJobWaits,
  resumedJobStands,
  stoppedJobIsWell,
} from "./life-mutations.ts";
import { writesOnce } from "./parts.ts";

const increment = (id: string) =>
  qmp("blockdev-backup", {
    ...backup(id, { sync: "incremental", bitmap: CHANGES.name, "auto-finalize": false }),
    ...{ "on-source-error": "enospc", "on-target-error": "enospc" },
  });

const full = { image: "target.raw", operations: ["write"], errno: "ENOSPC", times: 1 } as const;
const resume = qmp("block-job-resume", { device: "first" });
const finalize = qmp("block-job-finalize", { id: "first" });

export const backupEnospc: Model = {
  ...chained,
  name: "backup-enospc",
  title: "An increment stops where its target is full, and fails where that is broken",
  idea:
    "A job that goes by a bitmap finds its target full, or broken, or both. It is resumed, and " +
    "finds it full once more, or not. Whether its bitmap begins anew, or keeps what it had " +
    "recorded, depends on what the job has copied in the end; the next increment loses nothing.",
  images,
  phases: [
    { kind: "commands", commands: recordedDisk },
    { kind: "concurrent", actors: [writes] },
    { kind: "commands", commands: [increment("first")] },
    {
      kind: "concurrent",
      actors: [writesOnce, copiesAll("first")],
      faults: [full, { ...full, errno: "EIO" }],
    },
    { kind: "commands", commands: [resume] },
    {
      kind: "concurrent",
      actors: [{ ...copiesAll("first"), name: "first again" }],
      faults: [full],
    },
    ...lastIncrement("second", [finalize], increment("second")),
  ],
  reachable: [...chained.reachable, "job-goes-on"],
  mutants: [
    {
      name: "full-target-fails-job",
      statement: "a job that finds its target full has failed, as after any other error",
      mutation: fullTargetFailsJob,
      caughtBy: "job-goes-on",
    },
    {
      name: "resumed-job-stands",
      statement: "a job that has stopped copies nothing any more, although it is resumed",
      mutation: resumedJobStands,
      caughtBy: "job-goes-on",
    },
    {
      name: "stopped-job-is-well",
      statement: "a job that is finalized while it stands still is taken for one that is through",
      mutation: stoppedJobIsWell,
      caughtBy: "increment-covers-changes",
    },
    {
      name: "failed-job-is-well",
      statement: "the successor takes the bitmap's place although the job has failed",
      mutation: failedJobIsWell,
      caughtBy: "increment-covers-changes",
    },
    {
      name: "halted-job-waits",
      statement: "what the job is asked for while it stands still waits until it is resumed",
      mutation: haltedJobWaits,
      caughtBy: "no-deadlock",
    },
  ],
};
