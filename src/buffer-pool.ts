/**
 * Buffers that are used again and again. A fresh one for each piece of data would cost more than
 * what is done with it, most of that when it is collected.
 */

/** bytes of all buffers that are kept for later; beyond that they are left to the collector */
const KEPT_MAX = 64 * 1024 * 1024;

export class BufferPool {
  readonly #free = new Map<number, Buffer[]>();
  #kept = 0;

  /** A buffer of `length` bytes with arbitrary content. */
  take(length: number): Buffer {
    const buffer = this.#free.get(length)?.pop();
    if (buffer === undefined) return Buffer.allocUnsafeSlow(length);
    this.#kept -= length;
    return buffer;
  }

  /** Hands a buffer back. The caller must not use it again. */
  give(buffer: Buffer): void {
    const { length } = buffer;
    if (this.#kept + length > KEPT_MAX) return;
    this.#kept += length;
    const kept = this.#free.get(length);
    if (kept === undefined) this.#free.set(length, [buffer]);
    else kept.push(buffer);
  }
}
