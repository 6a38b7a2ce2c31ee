/**
 * What a power failure would leave of an image: its content as of the last flush of the image.
 *
 * A disk may write back sooner, but need not. What was changed since is known by blocks, and a
 * flush that ends makes all of it stable.
 *
 * Limit: a call has its effect when it ends, here as everywhere. A change that ends while a flush
 * is under way counts as flushed, although POSIX promises that only for earlier ones.
 *
 * Offsets and lengths are bytes of the image.
 */

/** bytes; what is copied at once when something in it was changed */
const BLOCK = 4096;

export class StableImage {
  /** What would be left. A view: it changes with the next flush. */
  readonly content: Uint8Array;
  readonly #now: Uint8Array;
  /** numbers of blocks with changes that no flush has made stable */
  readonly #changed = new Set<number>();

  /** @param content the image now, all of it stable; it is kept and changed, so hand over a copy */
  constructor(content: Uint8Array) {
    this.content = content;
    this.#now = new Uint8Array(content);
  }

  /** @param data what was written; null: zeros */
  changed(offset: number, length: number, data: Uint8Array | null): void {
    if (data === null) this.#now.fill(0, offset, offset + length);
    else this.#now.set(data.subarray(0, length), offset);
    const end = Math.ceil((offset + length) / BLOCK);
    for (let block = Math.floor(offset / BLOCK); block < end; block++) this.#changed.add(block);
  }

  flushed(): void {
    for (const block of this.#changed) {
      const start = block * BLOCK;
      this.content.set(this.#now.subarray(start, start + BLOCK), start);
    }
    this.#changed.clear();
  }

  /** Takes a part of the image as it is now for stable. */
  settle(start: number, content: Uint8Array): void {
    this.#now.set(content, start);
    this.content.set(content, start);
  }
}
