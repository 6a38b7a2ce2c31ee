/**
 * The models of dirty bitmaps, in the order in which they are verified.
 */
import type { Model } from "../../src/system/model.ts";
import { bitmapChain, bitmapClearedEarly, bitmapClearedLate } from "./bitmap-chain.ts";
import { incremental, incrementalInTwoSteps } from "./incremental.ts";

export const BITMAP_MODELS: readonly Model[] = [
  ...[bitmapChain, bitmapClearedLate, bitmapClearedEarly],
  ...[incremental, incrementalInTwoSteps],
];
