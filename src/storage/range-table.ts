/**
 * The byte ranges of the requests that a queue has, so that a new one can be checked against them.
 *
 * Some tens to some hundreds of ranges, with one added and one removed for each request served. Two
 * levels: a grid that counts, for each 64 KiB cell of the image, the ranges that touch it (folded,
 * so that distant cells share a counter), and the ranges themselves in flat arrays. Nearly every
 * question ends at one or two empty cells, however many ranges there are; only where a cell is in
 * use are the arrays scanned. Ranges of many cells stay out of the grid and make everybody scan.
 */
import type { Pending } from "./pending.ts";

/** bytes */
const CELL = 64 * 1024;
const COUNTERS = 16 * 1024;
/** cells that a range may touch and still go into the grid */
const MAX_CELLS = 32;

export class RangeTable {
  readonly #grid = new Uint32Array(COUNTERS);
  /** ranges that are not in the grid */
  #wide = 0;
  #starts = new Float64Array(64);
  #ends = new Float64Array(64);
  readonly #members: Pending[] = [];

  /** Enters the range of a request that is in no table yet. Its range is not empty. */
  add(pending: Pending): void {
    const slot = this.#members.length;
    if (slot === this.#starts.length) this.#grow();
    this.#members.push(pending);
    this.#starts[slot] = pending.start;
    this.#ends[slot] = pending.end;
    pending.slot = slot;
    this.#count(pending, 1);
  }

  /** Takes out the range of a request that was added to this table. */
  remove(pending: Pending): void {
    this.#count(pending, -1);
    // The last one moves into the gap: the order is of no importance.
    const last = this.#members.pop();
    if (last === undefined || last === pending) return;
    this.#members[pending.slot] = last;
    this.#starts[pending.slot] = last.start;
    this.#ends[pending.slot] = last.end;
    last.slot = pending.slot;
  }

  /** How many ranges have a byte in common with `start` (included) to `end` (excluded). */
  overlaps(start: number, end: number): number {
    if (start >= end || !this.#mayOverlap(start, end)) return 0;
    const starts = this.#starts;
    const ends = this.#ends;
    const size = this.#members.length;
    let count = 0;
    for (let slot = 0; slot < size; slot++) {
      if (start < (ends[slot] ?? 0) && (starts[slot] ?? 0) < end) count++;
    }
    return count;
  }

  #mayOverlap(start: number, end: number): boolean {
    if (this.#wide > 0) return true;
    const first = Math.floor(start / CELL);
    const last = Math.floor((end - 1) / CELL);
    if (last - first >= MAX_CELLS) return true;
    for (let cell = first; cell <= last; cell++) {
      if (this.#grid[cell % COUNTERS] !== 0) return true;
    }
    return false;
  }

  #count({ start, end }: Pending, change: 1 | -1): void {
    const first = Math.floor(start / CELL);
    const last = Math.floor((end - 1) / CELL);
    if (last - first >= MAX_CELLS) {
      this.#wide += change;
      return;
    }
    for (let cell = first; cell <= last; cell++) {
      const counter = cell % COUNTERS;
      this.#grid[counter] = (this.#grid[counter] ?? 0) + change;
    }
  }

  #grow(): void {
    const starts = new Float64Array(this.#starts.length * 2);
    const ends = new Float64Array(this.#ends.length * 2);
    starts.set(this.#starts);
    ends.set(this.#ends);
    this.#starts = starts;
    this.#ends = ends;
  }
}
