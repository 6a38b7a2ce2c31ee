/**
 * The options of a fleecing cache that change its charts.
 */
export const WHEN_FULL = ["break-guest-write", "break-snapshot", "wait"] as const;

/** early: its space is scarce; late: what is there has cost all that it can. */
export const DISK_TIER = ["late", "early"] as const;

export interface FleecingCacheParameters {
  /** clusters that it may keep in memory at once */
  readonly budget: number;
  /** what happens to a copy for which there is no room */
  readonly whenFull: (typeof WHEN_FULL)[number];
  /** whether there is a disk tier, to which memory can be emptied */
  readonly tiers: boolean;
  /** clusters that it may keep on the disk tier at once; null: as many as there are */
  readonly diskBudget: number | null;
  /** when a reader should come to what is there */
  readonly diskTier: (typeof DISK_TIER)[number];
  /** whether what is read goes into memory, too, where that has room */
  readonly copyOnRead: boolean;
  /** whether a flush says that nobody needs again what was read */
  readonly readOnce: boolean;
}

/** Whether memory may hold what can be dropped at any time, because nobody needs it there. */
export function mayDrop({
  copyOnRead,
  readOnce,
}: Pick<FleecingCacheParameters, "copyOnRead" | "readOnce">): boolean {
  return copyOnRead || readOnce;
}

/** Of every kind one, for the tests that quantify over charts. */
export const EVERY_PARAMETERS: readonly FleecingCacheParameters[] = WHEN_FULL.flatMap((whenFull) =>
  [false, true].flatMap((tiers) => {
    const may = whenFull === "wait" ? [false] : [false, true];
    return may.flatMap((copyOnRead) =>
      may.flatMap((readOnce) =>
        (tiers ? DISK_TIER : [DISK_TIER[0]]).map((diskTier) => ({
          ...{ budget: 2, whenFull, tiers, copyOnRead, diskTier, readOnce },
          diskBudget: diskTier === "early" ? 1 : null,
        })),
      ),
    );
  }),
);
