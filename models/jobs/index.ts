/**
 * The models of jobs, in the order in which they are verified.
 */
import type { Model } from "../../src/system/model.ts";
import { backupCancelled } from "./backup-cancelled.ts";
import { backupEnospc } from "./backup-enospc.ts";
import { backupFails } from "./backup-fails.ts";
import { backupFull } from "./backup-full.ts";
import { backupPaused } from "./backup-paused.ts";
import { backupStopsOnError } from "./backup-stops-on-error.ts";
import { discardSource, discardSourceOfDisk } from "./discard-source.ts";
import { fleecingBackup, fleecingBackupWaits } from "./fleecing-backup.ts";
import { mirrorChanged, mirrorCopy, mirrorWriteBlocking } from "./mirror-copy.ts";
import { pushSlowTarget } from "./push-slow-target.ts";

export const JOB_MODELS: readonly Model[] = [
  backupFull,
  backupCancelled,
  backupPaused,
  backupStopsOnError,
  backupFails,
  backupEnospc,
  pushSlowTarget,
  discardSource,
  discardSourceOfDisk,
  fleecingBackup,
  fleecingBackupWaits,
  mirrorCopy,
  mirrorWriteBlocking,
  mirrorChanged,
];
