/**
 * What was measured of each design, in simulated time: the tables of bench/designs/README.md.
 *
 * The comparison takes minutes and comes out the same on every machine, so its figures are kept
 * here. A test compares them with that page, and measures some of them again.
 */

/** What a medium costs in simulated time. */
export interface MediumCost {
  readonly media: readonly string[];
  /** microseconds of a request besides its data */
  readonly latency: number;
  /** bytes a second */
  readonly bandwidth: number;
  /** requests that are served at once */
  readonly channels: number;
}

export const MEDIA: readonly MediumCost[] = [
  {
    media: ["disk", "cache", "overlay", "fast", "tier"],
    latency: 100,
    bandwidth: 5e8,
    channels: 8,
  },
  { media: ["ram"], latency: 1, bandwidth: 1e10, channels: 64 },
  { media: ["target"], latency: 1000, bandwidth: 5e7, channels: 8 },
];

export interface ComparedDesign {
  readonly name: string;
  readonly idea: string;
  /** the model that is the same design; null: there is nothing to check */
  readonly model: string | null;
}

export const COMPARED_DESIGNS: readonly ComparedDesign[] = [
  { name: "no-backup", idea: "the guest alone", model: null },
  {
    name: "backup-full",
    idea: "QEMU's backup job: its hook saves straight to the slow target",
    model: "backup-full",
  },
  {
    name: "combined-target",
    idea: "the same, and what is saved is flushed before the guest overwrites it",
    model: "combined-target",
  },
  {
    name: "overlay-live-commit",
    idea: "the job copies to a fast overlay over the target, and a live commit takes it further",
    model: "overlay-live-commit",
  },
  {
    name: "mirror",
    idea: "a write-blocking mirror instead of a backup; it shows the disk as it is at the end",
    model: "mirror-write-blocking",
  },
  {
    name: "pull",
    idea: "copy-before-write to a cache on a disk; a client reads the view",
    model: "fleecing",
  },
  {
    name: "pull-and-discard",
    idea: "the same, and the client discards what it has copied",
    model: "view-discard",
  },
  {
    name: "push-view",
    idea: "the same cache; QEMU's job copies the view",
    model: "push-slow-target",
  },
  {
    name: "cache-little",
    idea:
      "the thread's cache with memory for 40 of 4,096 clusters; a guest that finds it full " +
      "waits",
    model: "fleecing-backup-waits",
  },
  {
    name: "cache-little-first",
    idea: "the same memory; the job comes to what is in memory first, to zeros last",
    model: "recommend-a",
  },
  {
    name: "cache-much",
    idea: "memory for 512 clusters, in the order of the disk",
    model: "fleecing-backup-waits",
  },
  {
    name: "cache-tiers",
    idea: "the little memory, emptied to a disk; in the order of the disk",
    model: "fleecing-cache-tiers",
  },
  {
    name: "cache-tiers-late",
    idea: "the same, memory first, and what is on the disk tier at the end",
    model: "recommend-c",
  },
  {
    name: "cache-tiers-early",
    idea: "the same, memory first, and what is on the disk tier next",
    model: "recommend-d",
  },
  {
    name: "overlay",
    idea: "copy on write: the guest writes an overlay, which must be merged (counted as written)",
    model: "cow-overlay",
  },
];

/** Of a design under a guest; sizes in MiB, to a tenth. */
export interface Figures {
  readonly design: string;
  /** ms of the guest's writes: the median, the 99th percentile, the longest */
  readonly latencies: readonly [median: number, most: number, longest: number];
  /** requests that took longer than 10 ms */
  readonly stalls: number;
  /** written to disks besides the guest's own data and the backup */
  readonly extra: number;
  /** used at most */
  readonly memory: number;
  readonly disk: number;
  /** seconds; null: nobody copies */
  readonly done: number | null;
}

export interface MeasuredWorkload {
  readonly name: string;
  readonly title: string;
  readonly told: string;
  readonly figures: readonly Figures[];
}

/** A row of the table. */
function row(
  design: string,
  latencies: Figures["latencies"],
  stalls: number,
  extra: number,
  memory: number,
  disk: number,
  done: number | null,
): Figures {
  return { design, latencies, stalls, extra, memory, disk, done };
}

export const MEASURED: readonly MeasuredWorkload[] = [
  {
    name: "few places",
    title: "A guest that writes at few places",
    told: "1,000 requests/s of 16 KiB, 70 % writes, Zipf with exponent 1, queue depth 32.",
    figures: [
      row("no-backup", [0.36, 0.36, 0.36], 0, 0, 0, 0, null),
      row("backup-full", [0.36, 37.83, 45.25], 627, 0, 0, 0, 4.28),
      row("combined-target", [0.36, 46.62, 58.25], 704, 0, 0, 0, 4.79),
      row("overlay-live-commit", [0.36, 3.32, 4.66], 0, 179.3, 0, 179.3, 4.77),
      row("mirror", [624.12, 1340.73, 1468.83], 5814, 0, 0, 0, 6.08),
      row("pull", [0.36, 3.36, 3.88], 0, 55, 0, 55, 5.88),
      row("pull-and-discard", [0.36, 3.07, 3.87], 0, 31.6, 0, 17.2, 5.88),
      row("push-view", [0.36, 2.76, 2.9], 0, 44.2, 0, 44.2, 4.28),
      row("cache-little", [1147.71, 2347.73, 2438.07], 3685, 0, 2.5, 0, 4.28),
      row("cache-little-first", [0.36, 2.03, 2.13], 0, 0, 1.1, 0, 4.27),
      row("cache-much", [0.36, 2.03, 2.17], 0, 0, 13, 0, 4.28),
      row("cache-tiers", [0.36, 2.03, 2.22], 0, 20.4, 2.1, 11.1, 4.28),
      row("cache-tiers-late", [0.36, 2.03, 2.03], 0, 0, 1.1, 0, 4.27),
      row("cache-tiers-early", [0.36, 2.03, 2.03], 0, 0, 1.1, 0, 4.27),
      row("overlay", [0.36, 3.49, 3.81], 0, 158.4, 0, 79.2, 5.88),
    ],
  },
  {
    name: "everywhere",
    title: "A guest that writes everywhere",
    told:
      "2,000 requests/s, every place alike: more clusters are changed in a second than the " +
      "target can take.",
    figures: [
      row("no-backup", [0.36, 0.36, 0.36], 0, 0, 0, 0, null),
      row("backup-full", [507.79, 824.45, 838.63], 7221, 0, 0, 0, 4.28),
      row("combined-target", [759.01, 1126.62, 1141.05], 8607, 0, 0, 0, 4.79),
      row("overlay-live-commit", [0.36, 4.04, 5.3], 0, 179.3, 0, 179.3, 4.79),
      row("mirror", [1803.29, 2779.58, 2797.5], 19512, 0, 0, 0, 9.73),
      row("pull", [0.36, 3.24, 3.9], 0, 155.5, 0, 155.5, 5.88),
      row("pull-and-discard", [0.36, 3.06, 3.89], 0, 102.9, 0, 61.1, 5.88),
      row("push-view", [0.56, 2.76, 3.33], 0, 139.4, 0, 139.4, 4.28),
      row("cache-little", [1941.81, 3303.19, 3447.34], 8505, 0, 2.5, 0, 4.28),
      row("cache-little-first", [2.03, 169.58, 179.1], 3432, 0, 2.5, 0, 4.27),
      row("cache-much", [88.69, 915.46, 942.58], 4622, 0, 32, 0, 4.28),
      row("cache-tiers", [0.46, 2.03, 2.78], 0, 79.9, 2.3, 47.2, 4.28),
      row("cache-tiers-late", [0.46, 2.03, 2.13], 0, 14.1, 2.3, 8.4, 4.27),
      row("cache-tiers-early", [0.46, 2.03, 2.03], 0, 14.1, 2.3, 8.3, 4.27),
      row("overlay", [0.36, 3.49, 3.8], 0, 443.8, 0, 221.9, 5.88),
    ],
  },
];
