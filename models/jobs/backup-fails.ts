/**
 * An increment fails, and the next one makes up for it.
 *
 * With `on-target-error: report` a job has failed when it could not copy something, and copies
 * nothing any more. QEMU ends it at once (block/backup.c, `backup_loop`; job.c, `job_abort`). Here
 * somebody ends it, and may believe that it has done its work: whether the successor takes the
 * bitmap's place, or both become one, is not decided by how it is ended, but by how it was.
 *
 *     guest      job
 *       |         |  GO? then copy; an error: FAIL
 *       |        life  <....  ended: are you WELL? then ABDICATE, else RECLAIM
 *       v         |
 *      hook  <----+
 *       |  \
 *     disk  target
 *    (changes)
 *
 * The result of a job that has failed is not promised: some clusters of the target are newer than
 * others. The next increment goes over all that was recorded before the failed one began, and
 * since, and then the target is the disk as it was when that increment began.
 */
import { type Model, qmp } from "../../src/system/model.ts";
import { jobAbdicatesAnyway } from "../bitmaps/mutations.ts";
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
import { failedJobIsWell, failureIsForgotten } from "./life-mutations.ts";
import { writesOnce } from "./parts.ts";

const increment = (id: string) =>
  qmp("blockdev-backup", {
    ...backup(id, { sync: "incremental", bitmap: CHANGES.name, "auto-finalize": false }),
    ...{ "on-source-error": "report", "on-target-error": "report" },
  });

export const backupFails: Model = {
  ...chained,
  name: "backup-fails",
  title: "An increment fails because its target is full, and the next one loses nothing",
  idea:
    "A job that goes by a bitmap finds its target full once, and has failed. Although it is " +
    "finalized, its bitmap keeps what it had recorded, and gets what came since, so that the " +
    "next increment copies all of it.",
  images,
  phases: [
    { kind: "commands", commands: recordedDisk },
    { kind: "concurrent", actors: [writes] },
    { kind: "commands", commands: [increment("first")] },
    {
      kind: "concurrent",
      actors: [writesOnce, copiesAll("first")],
      faults: [{ image: "target.raw", operations: ["write"], errno: "ENOSPC", times: 1 }],
    },
    ...lastIncrement("second", [qmp("block-job-finalize", { id: "first" })], increment("second")),
  ],
  mutants: [
    {
      name: "failed-job-is-well",
      statement: "the successor takes the bitmap's place although the job has failed",
      mutation: failedJobIsWell,
      caughtBy: "increment-covers-changes",
    },
    {
      name: "failure-is-forgotten",
      statement: "an error of the target makes no difference to the job",
      mutation: failureIsForgotten,
      caughtBy: "increment-covers-changes",
    },
    {
      name: "failed-job-abdicates",
      statement: "a bitmap that is to have back what it had recorded is dropped",
      mutation: jobAbdicatesAnyway,
      caughtBy: "increment-covers-changes",
    },
  ],
};
