/**
 * The policy of a cache with two tiers: as soon as three quarters of its memory are taken, what
 * came first is evicted to the disk, a few clusters at once.
 */
import type { TimedRun } from "./timed-run.ts";

const FULL = 0.75;
const AT_ONCE = 4;
/** microseconds between two looks */
const PERIOD = 200;

export class Keeper {
  readonly #run: TimedRun;
  readonly #budget: number;
  readonly #clusterSize: number;
  readonly #evicting = new Set<number>();
  #stopped = false;

  /** @param budget clusters that memory has room for */
  constructor(run: TimedRun, budget: number, clusterSize: number) {
    this.#run = run;
    this.#budget = budget;
    this.#clusterSize = clusterSize;
  }

  start(): void {
    this.#run.after(PERIOD, () => {
      this.#look();
      if (!this.#stopped) this.start();
    });
  }

  stop(): void {
    this.#stopped = true;
  }

  #look(): void {
    const { used } = this.#run.occupancy("ram");
    for (const cluster of used) {
      const kept = used.size - this.#evicting.size;
      if (kept <= FULL * this.#budget || this.#evicting.size >= AT_ONCE) return;
      if (this.#evicting.has(cluster)) continue;
      this.#evicting.add(cluster);
      const [offset, length] = [cluster * this.#clusterSize, this.#clusterSize];
      this.#run.request({ through: "keeper", operation: "evict", offset, length }, null, () =>
        this.#evicting.delete(cluster),
      );
    }
  }
}
