/**
 * The buffers of a batch as one run of bytes, taken from its beginning.
 */
export class BufferCursor {
  readonly #buffers: readonly Uint8Array[];
  #index = 0;
  /** bytes taken of the buffer at `index` */
  #taken = 0;

  constructor(buffers: readonly Uint8Array[]) {
    this.#buffers = buffers;
  }

  /** The next bytes, as parts of the buffers. There must be so many left. */
  take(length: number): Uint8Array[] {
    const parts: Uint8Array[] = [];
    for (let left = length; left > 0; ) {
      const buffer = this.#buffers[this.#index];
      if (buffer === undefined) throw new Error(`${left} bytes more than the buffers have`);
      const part = buffer.subarray(this.#taken, this.#taken + left);
      left -= part.length;
      this.#taken += part.length;
      if (part.length > 0) parts.push(part);
      if (this.#taken === buffer.length) {
        this.#index++;
        this.#taken = 0;
      }
    }
    return parts;
  }
}
