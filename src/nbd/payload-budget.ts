/**
 * The memory that payloads of all connections of a server may take together, so that a thousand
 * clients that ask for as much as each of them may do not fill the machine's.
 *
 * Whoever wants some that is not there waits, in the order in which they came. A connection with
 * nothing else in flight needs no leave for a request of {@link SMALL} bytes: whatever others have
 * taken, and however slow they are, it is served.
 */

/** bytes */
const TOTAL = 256 * 1024 * 1024;
/** bytes of a request that never waits for others */
export const SMALL = 256 * 1024;

/** Somebody who waits. */
interface Waiting {
  readonly bytes: number;
  granted(): void;
}

export class PayloadBudget {
  #free: number;
  readonly #total: number;
  #waiting: Waiting[] = [];
  #granting = false;

  /** @param total bytes; default: 256 MiB */
  constructor(total = TOTAL) {
    this.#total = total;
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
   * @returns null if they are there; else what gives up waiting
   */
  take(bytes: number, granted: () => void): (() => void) | null {
    const wanted = Math.min(bytes, this.#total);
    if (this.#waiting.length === 0 && wanted <= this.#free) {
      this.#free -= wanted;
      return null;
    }
    const waiting = { bytes: wanted, granted };
    this.#waiting.push(waiting);
    return () => {
      this.#waiting = this.#waiting.filter((each) => each !== waiting);
      this.#grant();
    };
  }

  /** Gives back what was taken, all of it. */
  give(bytes: number): void {
    this.#free += Math.min(bytes, this.#total);
    this.#grant();
  }

  /** Who is granted something may give it back at once, which is seen in the next round. */
  #grant(): void {
    if (this.#granting) return;
    this.#granting = true;
    for (;;) {
      const [first] = this.#waiting;
      if (first === undefined || first.bytes > this.#free) break;
      this.#waiting.shift();
      this.#free -= first.bytes;
      first.granted();
    }
    this.#granting = false;
  }
}
