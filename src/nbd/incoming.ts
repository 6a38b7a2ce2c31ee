/**
 * Bytes of a stream that have come and are not used yet. What lies in one piece as it came is given
 * out as a view of it, without copying.
 */
export class Incoming {
  readonly #pieces: Buffer[] = [];
  #length = 0;

  /** bytes that can be taken */
  get length(): number {
    return this.#length;
  }

  push(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#pieces.push(bytes);
    this.#length += bytes.length;
  }

  /** The next bytes, which are kept. @returns null: there are not as many yet */
  peek(length: number): Buffer | null {
    if (this.#length < length) return null;
    const first = this.#pieces[0];
    if (first !== undefined && first.length >= length) return first.subarray(0, length);
    const joined = Buffer.concat(this.#pieces);
    this.#pieces.splice(0, Infinity, joined);
    return joined.subarray(0, length);
  }

  /** The next bytes. @returns null: there are not as many yet, and none was taken */
  take(length: number): Buffer | null {
    if (this.#length < length) return null;
    const first = this.#pieces[0];
    if (length === 0 || first === undefined) return Buffer.alloc(0);
    if (first.length > length) {
      this.#pieces[0] = first.subarray(length);
      this.#length -= length;
      return first.subarray(0, length);
    }
    if (first.length === length) {
      this.#pieces.shift();
      this.#length -= length;
      return first;
    }
    const taken = Buffer.allocUnsafe(length);
    this.takeInto(taken, 0);
    return taken;
  }

  /** Fills a buffer from a byte on, as far as there is something. @returns where it ended */
  takeInto(into: Buffer, from: number): number {
    let at = from;
    while (at < into.length) {
      const first = this.#pieces[0];
      if (first === undefined) break;
      const copied = first.copy(into, at);
      at += copied;
      this.#length -= copied;
      if (copied === first.length) this.#pieces.shift();
      else this.#pieces[0] = first.subarray(copied);
    }
    return at;
  }

  /** Drops bytes, as many as there are of so many. @returns how many are left to drop */
  drop(length: number): number {
    let left = length;
    while (left > 0) {
      const first = this.#pieces[0];
      if (first === undefined) break;
      const dropped = Math.min(left, first.length);
      left -= dropped;
      this.#length -= dropped;
      if (dropped === first.length) this.#pieces.shift();
      else this.#pieces[0] = first.subarray(dropped);
    }
    return left;
  }
}
