/**
 * A backup job is cancelled while it copies and while the guest writes.
 *
 * What the job has under way is waited for, it is paused, the guest is led back to the disk, and
 * the hook leaves the graph. So nobody is in the hook any more when it goes, and the guest's writes
 * end up on the disk.
 */
import { type Model, qmp } from "../../src/system/model.ts";
import { asks } from "../fleecing-cache/parts.ts";
import { sectionIsNotDrained } from "../mutations.ts";
import { common, copies, images, startBackup } from "./parts.ts";

export const backupCancelled: Model = {
  ...common,
  name: "backup-cancelled",
  title: "A backup job is cancelled while it copies and the guest writes",
  idea:
    "The administrator cancels a backup job at any moment. It copies nothing more, its hook goes " +
    "out from under the guest, and everything that was under way ends as if it had not been there.",
  images,
  phases: [
    { kind: "commands", commands: startBackup().slice(0, -1) },
    {
      kind: "concurrent",
      actors: [asks("guest", ["write", "read"]), copies(2)],
      administrator: { commands: [qmp("block-job-cancel", { device: "backup" })] },
    },
  ],
  properties: ["nodes-outlive-requests", "guest-reads-last-write", "disk-keeps-guest-writes"],
  reachable: [],
  mutants: [
    {
      name: "cancel-does-not-drain",
      statement: "the hook leaves while the job copies through it, or the guest writes (H12)",
      mutation: sectionIsNotDrained,
      caughtBy: "nodes-outlive-requests",
    },
  ],
};
