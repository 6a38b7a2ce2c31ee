/**
 * All defects of QEMU that are known here: wrong data first, then what ends the program.
 */
import type { Defect } from "../defect.ts";
import { INACTIVE_DEFECTS } from "./inactive.ts";
import { JOB_DEFECTS } from "./jobs.ts";
import { DISCARD_DEFECTS, POINT_IN_TIME_DEFECTS } from "./points-in-time.ts";
import { LENGTH_DEFECTS, REOPEN_DEFECTS } from "./reopen.ts";

/** Defects of one subject. */
export interface DefectGroup {
  readonly title: string;
  readonly defects: readonly Defect[];
}

export const DEFECT_GROUPS: readonly DefectGroup[] = [
  { title: "Readers are given something else", defects: POINT_IN_TIME_DEFECTS },
  { title: "Discards", defects: DISCARD_DEFECTS },
  { title: "Reopening", defects: REOPEN_DEFECTS },
  { title: "Lengths", defects: LENGTH_DEFECTS },
  { title: "Jobs, transactions, devices", defects: JOB_DEFECTS },
  { title: "Inactive nodes", defects: INACTIVE_DEFECTS },
];

export const DEFECTS: readonly Defect[] = DEFECT_GROUPS.flatMap(({ defects }) => defects);
