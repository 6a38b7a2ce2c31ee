/**
 * What is in use of an image, in clusters, and what was written to it.
 */
export class Occupancy {
  /** bytes that writes have carried */
  written = 0;
  /** the most clusters that were in use at once */
  peak = 0;
  readonly #clusterSize: number;
  readonly #used = new Set<number>();

  /** @param clusterSize bytes */
  constructor(clusterSize: number) {
    this.#clusterSize = clusterSize;
  }

  /** Clusters in use now, the one that came first in front. */
  get used(): ReadonlySet<number> {
    return this.#used;
  }

  changed(operation: string, offset: number, length: number): void {
    const size = this.#clusterSize;
    if (operation === "write") {
      this.written += length;
      const end = Math.ceil((offset + length) / size);
      for (let cluster = Math.floor(offset / size); cluster < end; cluster++) {
        this.#used.add(cluster);
      }
      this.peak = Math.max(this.peak, this.#used.size);
    } else if (operation === "discard" || operation === "write-zeroes") {
      const end = Math.floor((offset + length) / size);
      for (let cluster = Math.ceil(offset / size); cluster < end; cluster++) {
        this.#used.delete(cluster);
      }
    }
  }
}
