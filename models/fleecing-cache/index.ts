/**
 * The models of the fleecing cache, in the order in which they are verified.
 */
import type { Model } from "../../src/system/model.ts";
import { backupToCache, cacheUnderJob } from "./backup-to-cache.ts";
import { corIntoCache } from "./cor-into-cache.ts";
import { fleecingCacheBreaks, fleecingCacheRam, fleecingCacheWaits } from "./fleecing-cache-ram.ts";
import { fleecingCacheTiers } from "./fleecing-cache-tiers.ts";
import { corZeroes, fleecingCacheZeroes } from "./fleecing-cache-zeroes.ts";
import { guestReadAfterBreak, guestReadBenefit } from "./guest-read-benefit.ts";
import { hookGivesUp } from "./hook-gives-up.ts";
import { lastCluster } from "./last-cluster.ts";
import { readOnce } from "./read-once.ts";
import { recommendA, recommendB, recommendC, recommendD } from "./recommend.ts";

export const FLEECING_CACHE_MODELS: readonly Model[] = [
  fleecingCacheRam,
  fleecingCacheBreaks,
  fleecingCacheWaits,
  hookGivesUp,
  fleecingCacheTiers,
  fleecingCacheZeroes,
  corIntoCache,
  corZeroes,
  guestReadBenefit,
  guestReadAfterBreak,
  readOnce,
  lastCluster,
  ...[cacheUnderJob, backupToCache],
  ...[recommendA, recommendB, recommendC, recommendD],
];
