/**
 * Models that no idea of the thread asks for: what its ideas led to.
 */

/** Models of one subject. */
export interface Beyond {
  readonly title: string;
  readonly told: string;
  readonly models: readonly string[];
}

export const BEYOND: readonly Beyond[] = [
  {
    title: "The life of a backup job",
    told:
      "A backup that runs to its end, is cancelled, is paused, stops because its target is full, " +
      "or fails: what it says it has copied is the point in time, and nothing of the guest " +
      "is lost.",
    models: [
      "backup-full",
      "backup-cancelled",
      "backup-paused",
      "backup-stops-on-error",
      "backup-fails",
      "backup-enospc",
      "discard-source-of-disk",
    ],
  },
  {
    title: "Increments, one after the other",
    told:
      "A bitmap says what changed since a backup. Each increment must have what was written " +
      "since the one before, whenever the bitmap is cleared, and whatever became of the job.",
    models: [
      "bitmap-chain",
      "bitmap-cleared-late",
      "bitmap-cleared-early",
      "successive-increments",
      "increment-cancelled",
      "db-reopen-wedge",
    ],
  },
  {
    title: "More points in time than one",
    told: "Two of one disk, and one of two disks that belong together.",
    models: ["two-points-in-time", "multi-disk-transaction", "multi-disk-apart"],
  },
  {
    title: "Data that moves from layer to layer",
    told:
      "Streams and commits take layers out of a chain while the guest writes above them. What it " +
      "sees stays the same.",
    models: ["block-stream", "block-commit", "active-commit"],
  },
];
