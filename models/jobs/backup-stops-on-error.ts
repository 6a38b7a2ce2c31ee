/**
 * A backup job finds its target full, stops, and is resumed.
 *
 * Between a job that was told what to do about errors and its hook stands what it remembers of its
 * own life:
 *
 *     guest      job
 *       |         |  GO? then copy; an error: STOP
 *       |        life
 *       v         |
 *      hook  <----+
 *       |  \
 *     disk  target
 *
 * With `on-target-error: stop` it stands still until somebody resumes it. What it could not copy is
 * as if nobody had tried: the guest may come first there, and else it is copied when the job goes
 * on. The guest never notices. (What it cannot save itself fails it, and not the job.)
 *
 * What the job is asked for while it stands still fails at once. It does not wait to be resumed:
 * it would keep everybody from draining the hook, and so from cancelling the job.
 */
import { type Model, qmp } from "../../src/system/model.ts";
import { copiesAll, readsAll } from "../bitmaps/parts.ts";
import { asks } from "../fleecing-cache/parts.ts";
import { failedCountsAsCopied, haltedJobWaits } from "./life-mutations.ts";
import {
  CLAIM_IS_NOT_EXCLUSIVE,
  COPY_IS_NOT_SAVED,
  common,
  copies,
  images,
  startBackup,
  stopBackup,
} from "./parts.ts";

export const backupStopsOnError: Model = {
  ...common,
  name: "backup-stops-on-error",
  title: "A backup job finds its target full, stops, and is resumed",
  idea:
    "The target of a backup job is full once. The job stops, and copies nothing more while the " +
    "guest goes on. When there is room again the job is resumed, and copies what it has left. " +
    "What it says it has copied is the image as it was when the job began.",
  images,
  phases: [
    {
      kind: "commands",
      commands: startBackup({ "on-source-error": "stop", "on-target-error": "stop" }),
    },
    {
      kind: "concurrent",
      actors: [asks("guest", ["write"]), copies(2)],
      faults: [{ image: "target.raw", operations: ["write"], errno: "ENOSPC", times: 1 }],
    },
    { kind: "commands", commands: [qmp("block-job-resume", { device: "backup" })] },
    {
      kind: "concurrent",
      actors: [
        { ...asks("guest", ["write"]), name: "guest later" },
        { ...copiesAll("backup"), name: "backup later" },
      ],
    },
    { kind: "concurrent", actors: [readsAll] },
    { kind: "commands", commands: stopBackup() },
  ],
  properties: ["job-result-equals-point-in-time", "disk-keeps-guest-writes"],
  mutants: [
    {
      name: "failed-counts-as-copied",
      statement: "the job that goes on skips what it could not copy before",
      mutation: failedCountsAsCopied,
      caughtBy: "job-result-equals-point-in-time",
    },
    {
      name: "halted-job-waits",
      statement: "what the job is asked for while it stands still waits until it is resumed",
      mutation: haltedJobWaits,
      caughtBy: "no-deadlock",
    },
    CLAIM_IS_NOT_EXCLUSIVE,
    COPY_IS_NOT_SAVED,
  ],
};
