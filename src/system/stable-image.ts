/**
 * What a power failure would leave of an image: its content as of the last flush of the image.
 *
 * A disk may write back sooner, but need not. What was changed since is kept aside by blocks, and a
 * flush that ends makes all of it stable.
 *
 * Limit: a call has its effect when it ends, here as everywhere. A change that ends while a flush
 * is under way counts as flushed, although POSIX promises that only for earlier ones.
 *
 * Offsets and lengths are bytes of the image.
 */

/** bytes; so much is kept aside at once when something in it was changed */
const BLOCK = 4096;

export class StableImage {
  /** What would be left. A view: it changes with the next flush. */
  readonly content: Uint8Array;
  /** the blocks that were changed since the last flush, by number, as they are now */
  readonly #changed = new Map<number, Uint8Array>();

  /** @param content the image now, all of it stable; it is kept and changed, so hand over a copy */
  constructor(content: Uint8Array) {
    this.content = content;
  }

  /** @param data what was written; null: zeros */
  changed(offset: number, length: number, data: Uint8Array | null): void {
    const end = offset + length;
    for (let start = offset; start < end; ) {
      const number = Math.floor(start / BLOCK);
      const stop = Math.min(end, (number + 1) * BLOCK);
      const block = this.#block(number);
      const [from, to] = [start - number * BLOCK, stop - number * BLOCK];
      if (data === null) block.fill(0, from, to);
      else block.set(data.subarray(start - offset, stop - offset), from);
      start = stop;
    }
  }

  #block(number: number): Uint8Array {
    const known = this.#changed.get(number);
    if (known !== undefined) return known;
    const block = this.content.slice(number * BLOCK, (number + 1) * BLOCK);
    this.#changed.set(number, block);
    return block;
  }

  flushed(): void {
    for (const [number, block] of this.#changed) this.content.set(block, number * BLOCK);
    this.#changed.clear();
  }

  /** Takes a part of the image as it is now for stable. */
  settle(start: number, content: Uint8Array): void {
    this.changed(start, content.length, content);
    this.content.set(content, start);
  }
}
