/**
 * Push backup: the job copies the disk, and its hook what the guest is about to overwrite.
 *
 * Both copy by the same rules: who copies a cluster claims it first, and whoever wants it too waits
 * and then has nothing to do. What the job says it has copied is therefore what the disk held when
 * the job began, also where the guest's write came first.
 */
import type { Model } from "../../src/system/model.ts";
import { asks } from "../fleecing-cache/parts.ts";
import { saveErrorIsIgnored } from "../mutations.ts";
import { jobDoesNotClaim, jobHidesErrors } from "./mutations.ts";
import {
  CLAIM_IS_NOT_EXCLUSIVE,
  COPY_IS_NOT_SAVED,
  common,
  copies,
  images,
  startBackup,
  stopBackup,
} from "./parts.ts";

export const backupFull: Model = {
  ...common,
  name: "backup-full",
  title: "A backup job copies a disk that its guest writes",
  idea:
    "A backup job puts a hook under the guest and copies the disk to a target, two clusters at " +
    "once and in any order, while the guest writes and discards and the target may be full once. " +
    "What the job says it has copied is the image as it was when the job began.",
  images,
  phases: [
    { kind: "commands", commands: startBackup() },
    {
      kind: "concurrent",
      actors: [asks("guest", ["write", "discard"]), copies(2), asks("reader", ["read"])],
      faults: [{ image: "target.raw", operations: ["write"], errno: "ENOSPC", times: 1 }],
    },
    { kind: "commands", commands: stopBackup() },
  ],
  properties: ["job-result-equals-point-in-time", "disk-keeps-guest-writes", "no-lost-discard"],
  mutants: [
    {
      name: "job-does-not-claim",
      statement: "the job copies by itself, and takes what the guest has written meanwhile (H02)",
      mutation: jobDoesNotClaim,
      caughtBy: "job-result-equals-point-in-time",
    },
    CLAIM_IS_NOT_EXCLUSIVE,
    {
      name: "job-hides-errors",
      statement: "the job says that it has copied what its target refused",
      mutation: jobHidesErrors,
      caughtBy: "job-result-equals-point-in-time",
    },
    COPY_IS_NOT_SAVED,
    {
      name: "save-error-is-ignored",
      statement: "an error of the target while saving is taken for success",
      mutation: saveErrorIsIgnored,
      caughtBy: "job-result-equals-point-in-time",
    },
  ],
};
