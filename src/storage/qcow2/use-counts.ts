/**
 * How many references to each host cluster a check has found.
 */
import { Damage } from "./damage.ts";

/** as many as memory is reserved for without asking */
const CLUSTERS_MAX = 2 ** 26;
/** as many as are told apart */
const USES_MAX = 2 ** 32 - 1;

export class UseCounts {
  /** host clusters that are in the file, or used though the file ends at them */
  clusters: number;
  readonly #size: number;
  readonly #clusterSize: number;
  readonly #counts: Uint32Array;

  /** @param size of the file, in bytes */
  constructor(size: number, clusterSize: number) {
    this.#size = size;
    this.#clusterSize = clusterSize;
    this.clusters = Math.ceil(size / clusterSize);
    if (this.clusters > CLUSTERS_MAX) {
      throw new Damage(`a file of ${this.clusters} clusters is too large to be checked`);
    }
    this.#counts = new Uint32Array(this.clusters + 1);
  }

  /**
   * Counts references to a part of the file. Returns false for one that ends beyond the file by a
   * cluster or more, which is not counted. (The last cluster need not be in the file whole.)
   */
  use(offset: number, length: number, times = 1): boolean {
    if (length === 0) return true;
    if (offset + length - this.#size >= this.#clusterSize) return false;
    const last = Math.floor((offset + length - 1) / this.#clusterSize);
    for (let at = Math.floor(offset / this.#clusterSize); at <= last; at++) {
      this.#counts[at] = Math.min(USES_MAX, this.of(at) + times);
      this.clusters = Math.max(this.clusters, at + 1);
    }
    return true;
  }

  of(cluster: number): number {
    return this.#counts[cluster] ?? 0;
  }
}
