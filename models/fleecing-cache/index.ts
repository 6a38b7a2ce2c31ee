/**
 * The models of the fleecing cache, in the order in which they are verified.
 */
import type { Model } from "../../src/system/model.ts";
import { fleecingCacheBreaks, fleecingCacheRam, fleecingCacheWaits } from "./fleecing-cache-ram.ts";

export const FLEECING_CACHE_MODELS: readonly Model[] = [
  fleecingCacheRam,
  fleecingCacheBreaks,
  fleecingCacheWaits,
];
