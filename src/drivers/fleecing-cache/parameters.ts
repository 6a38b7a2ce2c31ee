/**
 * The options of a fleecing cache that change its charts.
 */
export const WHEN_FULL = ["break-guest-write", "break-snapshot", "wait"] as const;

export interface FleecingCacheParameters {
  /** clusters that it may keep in memory at once */
  readonly budget: number;
  /** what happens to a copy for which there is no room */
  readonly whenFull: (typeof WHEN_FULL)[number];
  /** whether there is a disk tier, to which memory can be emptied */
  readonly tiers: boolean;
  /** whether what is read goes into memory, too, where that has room */
  readonly copyOnRead: boolean;
}

/** Of every kind one, for the tests that quantify over charts. */
export const EVERY_PARAMETERS: readonly FleecingCacheParameters[] = WHEN_FULL.flatMap((whenFull) =>
  [false, true].flatMap((tiers) =>
    (whenFull === "wait" ? [false] : [false, true]).map((copyOnRead) => ({
      budget: 2,
      whenFull,
      tiers,
      copyOnRead,
    })),
  ),
);
