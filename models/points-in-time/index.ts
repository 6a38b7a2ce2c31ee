/**
 * The models of several points in time: of one disk, and of several disks.
 */
import type { Model } from "../../src/system/model.ts";
import { multiDiskApart, multiDiskTransaction } from "./multi-disk-transaction.ts";
import { twoPointsInTime } from "./two-points-in-time.ts";

export const POINT_IN_TIME_MODELS: readonly Model[] = [
  twoPointsInTime,
  multiDiskTransaction,
  multiDiskApart,
];
