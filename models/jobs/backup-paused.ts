/**
 * An administrator pauses a backup job, lets it go on, and pauses it for good.
 *
 * A job is paused between two of its requests: what it has under way is waited for, and it asks
 * for nothing more until it is resumed (QEMU job.c, `job_pause_point`). The guest goes on, and its
 * hook saves what it overwrites as before. Nothing of a job that stands still is under way, so it
 * can be cancelled whenever, although it never comes to its end; QEMU wants `force` for that.
 */
import { type Model, qmp } from "../../src/system/model.ts";
import { asks } from "../fleecing-cache/parts.ts";
import { sectionIsNotDrained } from "../mutations.ts";
import { jobDoesNotClaim } from "./mutations.ts";
import {
  CLAIM_IS_NOT_EXCLUSIVE,
  COPY_IS_NOT_SAVED,
  common,
  copies,
  images,
  startBackup,
} from "./parts.ts";

const pause = qmp("block-job-pause", { device: "backup" });
const resume = qmp("block-job-resume", { device: "backup" });
const force = { device: "backup", force: true };

export const backupPaused: Model = {
  ...common,
  name: "backup-paused",
  title: "A backup job is paused, resumed, paused again and cancelled while the guest writes",
  idea:
    "The administrator pauses a backup job at any moment and resumes it. What it has copied by " +
    "then, and copies later, is the image as it was when the job began. Paused again, it is " +
    "cancelled, and its hook goes out from under the guest.",
  bounds: { ...common.bounds, requests: 1 },
  images,
  phases: [
    { kind: "commands", commands: startBackup() },
    {
      kind: "concurrent",
      actors: [asks("guest", ["write"]), copies(2), asks("reader", ["read"])],
      administrator: { commands: [pause, resume] },
    },
    { kind: "commands", commands: [qmp("block-export-del", { id: "reader" })] },
    {
      kind: "concurrent",
      actors: [
        { ...asks("guest", ["write"]), name: "guest later" },
        { ...copies(), name: "backup later" },
      ],
      administrator: { commands: [pause, qmp("block-job-cancel", force)] },
    },
  ],
  properties: [
    "job-result-equals-point-in-time",
    "disk-keeps-guest-writes",
    "nodes-outlive-requests",
  ],
  mutants: [
    {
      name: "pause-does-not-wait",
      statement: "a job is paused, and then cancelled, while it copies (H12)",
      mutation: sectionIsNotDrained,
      caughtBy: "nodes-outlive-requests",
    },
    {
      name: "job-does-not-claim",
      statement: "the job takes what the guest has written while it was paused (H02)",
      mutation: jobDoesNotClaim,
      caughtBy: "job-result-equals-point-in-time",
    },
    CLAIM_IS_NOT_EXCLUSIVE,
    COPY_IS_NOT_SAVED,
  ],
};
