/**
 * Which elements a step reads and writes: sets of element numbers, as the bits of a bigint.
 */

export interface Footprint {
  readonly reads: bigint;
  readonly writes: bigint;
}

export const NO_FOOTPRINT: Footprint = { reads: 0n, writes: 0n };

export function together(one: Footprint, other: Footprint): Footprint {
  return { reads: one.reads | other.reads, writes: one.writes | other.writes };
}

export function bit(element: number): bigint {
  return 1n << BigInt(element);
}

export function bits(elements: Iterable<number>): bigint {
  let set = 0n;
  for (const element of elements) set |= bit(element);
  return set;
}

/** Notes what steps read and write while they are gone through. */
export class FootprintNotes {
  readonly #reads: Uint8Array;
  readonly #writes: Uint8Array;

  /** @param count of all elements */
  constructor(count: number) {
    this.#reads = new Uint8Array(count);
    this.#writes = new Uint8Array(count);
  }

  read(element: number): void {
    this.#reads[element] = 1;
  }

  write(element: number): void {
    this.#writes[element] = 1;
  }

  /** What was noted since the last time. */
  take(): Footprint {
    const footprint = { reads: setOf(this.#reads), writes: setOf(this.#writes) };
    this.forget();
    return footprint;
  }

  /** Forgets what was noted. */
  forget(): void {
    this.#reads.fill(0);
    this.#writes.fill(0);
  }
}

function setOf(flags: Uint8Array): bigint {
  const digits = Array.from(flags).reverse().join("");
  return BigInt(`0b${digits || "0"}`);
}
