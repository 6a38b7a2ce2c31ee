/**
 * Buffers for the register `old`, used again and again: a fresh one per copied cluster would cost
 * more than the bookkeeping of the copy.
 */

/** Buffers that are kept for later; beyond that they are left to the garbage collector. */
const KEPT_MAX = 512;

export class BufferPool {
  readonly #free = new Map<number, Uint8Array[]>();

  /** A buffer of `length` bytes with arbitrary content. */
  take(length: number): Uint8Array {
    return this.#free.get(length)?.pop() ?? Buffer.allocUnsafeSlow(length);
  }

  /** Hands a buffer back. The caller must not use it again. */
  give(buffer: Uint8Array): void {
    const kept = this.#free.get(buffer.length);
    if (kept === undefined) this.#free.set(buffer.length, [buffer]);
    else if (kept.length < KEPT_MAX) kept.push(buffer);
  }
}
