/**
 * One thread's work on the partitions that it owns, in pieces.
 *
 * Threads own neighbouring partitions, whole arenas of them, and serve them in order. So all
 * entries for a partition come in the order of the partitions that they come from, thread by
 * thread, however many threads there are.
 */
import type { Engine, Shared } from "./engine.ts";
import { ARENAS, PARTITIONS, PARTITIONS_PER_ARENA } from "./layout.ts";
import { PROBING } from "./notes.ts";
import { at } from "./store.ts";

export class OwnPartitions {
  readonly #engine: Engine;
  readonly #shared: Shared;
  readonly #counts: Float64Array;
  readonly #first: number;
  readonly #end: number;
  #next: number;

  /** @param threads how many share the partitions */
  constructor(engine: Engine, shared: Shared, thread: number, threads: number) {
    const tally = shared.tallies[thread];
    if (tally === undefined) throw new RangeError(`no thread ${thread}`);
    this.#engine = engine;
    this.#shared = shared;
    this.#counts = tally.counts;
    this.#first = Math.floor((ARENAS * thread) / threads) * PARTITIONS_PER_ARENA;
    this.#end = Math.floor((ARENAS * (thread + 1)) / threads) * PARTITIONS_PER_ARENA;
    this.#next = this.#first;
  }

  /**
   * Expands up to `share` states of each partition.
   * @param budget transitions after which it stops in between
   * @returns whether all are done; else it goes on where it stopped when called again
   */
  expand(share: number, budget = Infinity): boolean {
    const { nexts, levelEnds } = this.#shared.store;
    if (this.#shared.control[PROBING] === 1) this.#engine.mute();
    let left = budget;
    while (this.#next < this.#end) {
      const from = at(nexts, this.#next);
      const to = Math.min(from + share, at(levelEnds, this.#next));
      const taken = to > from ? this.#engine.expand(this.#next, from, to) : 0;
      this.#counts[0] = at(this.#counts, 0) + taken;
      left -= taken;
      this.#next++;
      if (left < 0) break;
    }
    return this.#finished();
  }

  /** Stores what is new; the same way. @param most partitions after which it stops in between */
  insert(most = PARTITIONS): boolean {
    const stop = Math.min(this.#end, this.#next + most);
    for (; this.#next < stop; this.#next++) this.#engine.insert(this.#next);
    return this.#finished();
  }

  /** At the end of a round; other threads may still store what is in the outbox. */
  clear(): void {
    this.#counts[1] = Math.max(at(this.#counts, 1), this.#engine.used());
    this.#engine.clear();
  }

  #finished(): boolean {
    if (this.#next < this.#end) return false;
    this.#next = this.#first;
    return true;
  }
}
