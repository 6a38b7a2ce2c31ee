/**
 * The memory that payloads of all connections of a server may take together, so that a thousand
 * clients that ask for as much as each of them may do not fill the machine's.
 *
 * Whoever wants some that is not there waits. Who wants least is served first, so that modest
 * clients pass by those that ask for all there is; but nobody is passed by for ever.
 *
 * Whatever others have taken, and however slow they are, a connection with nothing else in flight
 * is served: it needs no leave for a request of {@link SMALL} bytes, and for one of {@link MODEST}
 * bytes a quarter of the memory is kept that larger ones do not get.
 */

/** bytes */
const TOTAL = 256 * 1024 * 1024;
/** bytes of a request that never waits for others */
export const SMALL = 256 * 1024;
/** bytes of a request, of a connection without others, that may take what is kept for such */
export const MODEST = 2 * 1024 * 1024;
/** the part of the memory that is kept for them */
const KEPT = 1 / 4;

/** Somebody who waits. */
interface Waiting {
  readonly bytes: number;
  /** whether it may take what is kept */
  readonly modest: boolean;
  /** others who came later and were served before */
  passed: number;
  granted(): void;
}

/** how often somebody is passed by at most */
const PASSED_MAX = 64;

export class PayloadBudget {
  #free: number;
  readonly #total: number;
  /** bytes that only the modest get */
  readonly #kept: number;
  #waiting: Waiting[] = [];
  #granting = false;

  /** @param total bytes; default: 256 MiB */
  constructor(total = TOTAL) {
    this.#total = total;
    this.#kept = Math.floor(total * KEPT);
    this.#free = total;
  }

  /** bytes that are taken */
  get taken(): number {
    return this.#total - this.#free;
  }

  /** whether somebody waits */
  get contended(): boolean {
    return this.#waiting.length > 0;
  }

  /**
   * Takes bytes, now or later.
   * @param granted called when they are there, if they are not now
   * @param modest whether it may take what is kept
   * @returns null if they are there; else what gives up waiting
   */
  take(bytes: number, granted: () => void, modest = false): (() => void) | null {
    const wanted = this.#counted(bytes);
    const [first] = this.#waiting;
    const mayPass = modest || first === undefined || first.passed < PASSED_MAX;
    if (mayPass && wanted <= this.#freeFor(modest)) {
      for (const waiting of this.#waiting) waiting.passed++;
      this.#free -= wanted;
      return null;
    }
    const waiting: Waiting = { bytes: wanted, modest, passed: 0, granted };
    this.#waiting.push(waiting);
    return () => {
      this.#waiting = this.#waiting.filter((each) => each !== waiting);
      this.#grant();
    };
  }

  /** Gives back what was taken, all of it. */
  give(bytes: number): void {
    this.#free += this.#counted(bytes);
    this.#grant();
  }

  /** What is larger than all that it could get counts as that. */
  #counted(bytes: number): number {
    return Math.min(bytes, this.#total - this.#kept);
  }

  #freeFor(modest: boolean): number {
    return modest ? this.#free : this.#free - this.#kept;
  }

  /** Who is granted something may give it back at once, which is seen in the next round. */
  #grant(): void {
    if (this.#granting) return;
    this.#granting = true;
    for (;;) {
      const next = this.#next();
      if (next === undefined || next.bytes > this.#freeFor(next.modest)) break;
      const place = this.#waiting.indexOf(next);
      for (const earlier of this.#waiting.slice(0, place)) earlier.passed++;
      this.#waiting.splice(place, 1);
      this.#free -= next.bytes;
      next.granted();
    }
    this.#granting = false;
  }

  /**
   * Who is served next: who may take what is kept; else who wants least, unless the first has been
   * passed by too often.
   */
  #next(): Waiting | undefined {
    const modest = this.#waiting.find((each) => each.modest && each.bytes <= this.#free);
    if (modest !== undefined) return modest;
    const [first] = this.#waiting;
    if (first === undefined || first.passed >= PASSED_MAX) return first;
    return this.#waiting.reduce((least, each) => (each.bytes < least.bytes ? each : least));
  }
}
