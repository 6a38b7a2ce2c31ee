/**
 * The requests of one operation that may be issued, by ascending offset.
 *
 * They nearly always arrive sorted, so the lane notices where they do not and sorts only then. It
 * has two arrays: while one is being issued, what becomes ready goes into the other.
 */
import type { Pending } from "./pending.ts";

export class ReadyLane {
  #filling: Pending[] = [];
  #spare: Pending[] = [];
  #sorted = true;
  #last = -1;

  get length(): number {
    return this.#filling.length;
  }

  push(pending: Pending): void {
    const { offset } = pending.request;
    if (offset < this.#last) this.#sorted = false;
    this.#last = offset;
    this.#filling.push(pending);
  }

  /** Empties the lane. Returns what was in it, sorted; to be given back after use. */
  take(): Pending[] {
    const taken = this.#filling;
    if (!this.#sorted) taken.sort(byOffset);
    this.#filling = this.#spare;
    this.#spare = [];
    this.#sorted = true;
    this.#last = -1;
    return taken;
  }

  /** Returns an array from {@link take} for reuse. */
  giveBack(taken: Pending[]): void {
    taken.length = 0;
    this.#spare = taken;
  }
}

function byOffset(a: Pending, b: Pending): number {
  return a.request.offset - b.request.offset;
}
