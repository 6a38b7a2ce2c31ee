/**
 * The models of dirty bitmaps, in the order in which they are verified.
 */
import type { Model } from "../../src/system/model.ts";
import { bitmapChain, bitmapClearedEarly, bitmapClearedLate } from "./bitmap-chain.ts";
import { dbReopenWedge } from "./db-reopen-wedge.ts";
import { incremental, incrementalInTwoSteps } from "./incremental.ts";
import { incrementalCache } from "./incremental-cache.ts";
import { incrementCancelled, successiveIncrements } from "./successive-increments.ts";

export const BITMAP_MODELS: readonly Model[] = [
  ...[bitmapChain, bitmapClearedLate, bitmapClearedEarly],
  ...[successiveIncrements, incrementCancelled],
  ...[incremental, incrementalInTwoSteps, incrementalCache],
  dbReopenWedge,
];
