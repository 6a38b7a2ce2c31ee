/**
 * Bytes as they came in, to be taken out in pieces of other lengths.
 *
 * A piece that lies within one chunk is a view of it: nothing is copied. One that spans chunks is
 * put together, once, when all of it is there; a long one is better begun with `fill`, which moves
 * bytes to where they belong as they come.
 */

const NOTHING = Buffer.alloc(0);

export class ByteQueue {
  readonly #chunks: Buffer[] = [];
  /** bytes of the first chunk that have been taken */
  #taken = 0;
  #length = 0;

  /** bytes that can be taken */
  get length(): number {
    return this.#length;
  }

  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  /** Takes exactly `length` bytes, or none and returns null if there are not that many. */
  take(length: number): Buffer | null {
    if (length > this.#length) return null;
    if (length === 0) return NOTHING;
    const first = this.#chunks[0];
    if (first !== undefined && first.length - this.#taken >= length) {
      const whole = first.subarray(this.#taken, this.#taken + length);
      this.#advance(first, length);
      return whole;
    }
    const joined = Buffer.allocUnsafe(length);
    this.fill(joined, 0);
    return joined;
  }

  /**
   * Takes what there is of the bytes that belong into `target` from index `at` on.
   *
   * @returns the index after the last byte filled in
   */
  fill(target: Buffer, at: number): number {
    let end = at;
    while (end < target.length) {
      const first = this.#chunks[0];
      if (first === undefined) break;
      const copied = first.copy(target, end, this.#taken);
      end += copied;
      this.#advance(first, copied);
    }
    return end;
  }

  /** Drops up to `length` bytes. Returns how many there were to drop. */
  drop(length: number): number {
    let left = length;
    while (left > 0) {
      const first = this.#chunks[0];
      if (first === undefined) break;
      const dropped = Math.min(left, first.length - this.#taken);
      left -= dropped;
      this.#advance(first, dropped);
    }
    return length - left;
  }

  #advance(first: Buffer, length: number): void {
    this.#length -= length;
    this.#taken += length;
    if (this.#taken < first.length) return;
    this.#chunks.shift();
    this.#taken = 0;
  }
}
