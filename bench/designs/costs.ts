/**
 * What things cost in the comparison of designs: simulated time, from a table.
 *
 * A medium serves so many requests at once; each takes its latency, and its share of the bandwidth.
 * What moves no data (block-status, discard, write-zeroes, flush) takes the latency alone. The
 * target is ten times slower than the disk. No caches, no seeks, no merging of neighbours: the
 * table is there to compare designs, not to predict a machine.
 */

export interface Cost {
  /** microseconds that a request takes besides its data */
  readonly latency: number;
  /** bytes a second, all requests together */
  readonly bandwidth: number;
  /** requests that are served at once */
  readonly channels: number;
}

const DISK: Cost = { latency: 100, bandwidth: 500e6, channels: 8 };

/** By the name of the image, without its ending. */
export const COSTS: Readonly<Record<string, Cost>> = {
  disk: DISK,
  cache: DISK,
  overlay: DISK,
  fast: DISK,
  tier: DISK,
  ram: { latency: 1, bandwidth: 10e9, channels: 64 },
  target: { latency: 1000, bandwidth: 50e6, channels: 8 },
};

const MOVES_DATA: ReadonlySet<string> = new Set(["read", "write"]);

/** Microseconds that a medium is busy with a request. */
export function serviceTime(cost: Cost, operation: string, bytes: number): number {
  const { latency, bandwidth, channels } = cost;
  if (!MOVES_DATA.has(operation)) return latency;
  return latency + (bytes * channels * 1e6) / bandwidth;
}
