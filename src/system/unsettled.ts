/**
 * The pieces of a disk of which more than one thing may be found, in the order of their bytes.
 *
 * A piece knows all writes that still have a say in each of its bytes, so that a request meets the
 * writes to the bytes that it touches, and no others, however many there have been elsewhere. What
 * is in no piece is settled. Pieces are cut where writes begin and end, and joined again where they
 * have become alike.
 *
 * Offsets are bytes of the image.
 */

/** A write whose fate matters: in flight, or not yet settled into the byte array. */
export interface Layer {
  readonly start: number;
  readonly end: number;
  /** `end - start` bytes; null: zeros */
  data: Uint8Array | null;
  /** instants of the guest image's own clock; `over` is Infinity while in flight */
  readonly begun: number;
  over: number;
  /** whether it took effect for sure */
  certain: boolean;
}

export interface Piece {
  readonly start: number;
  readonly end: number;
  /** whether what the byte array holds may still be found */
  readonly base: boolean;
  /** writes that may be found, all of which cover the piece, in the order in which they began */
  readonly layers: readonly Layer[];
}

export class Unsettled {
  #pieces: Piece[] = [];

  /** The parts of the pieces that are in a range, and between them what is settled. */
  within(start: number, end: number): Piece[] {
    const found: Piece[] = [];
    let at = start;
    for (let index = this.#firstAfter(start); at < end; index++) {
      const piece = this.#pieces[index];
      const next = Math.min(end, piece?.start ?? end);
      if (at < next) found.push(settled(at, next));
      at = Math.max(at, next);
      if (piece === undefined || at >= end) continue;
      const stop = Math.min(end, piece.end);
      found.push({ ...piece, start: at, end: stop });
      at = stop;
    }
    return found;
  }

  /**
   * Replaces everything in a range, what is settled there too, and cuts pieces at its ends.
   * @param become what becomes of each part; null: it is settled
   */
  cover(start: number, end: number, become: (part: Piece) => Piece | null): void {
    if (start >= end) return;
    const first = this.#firstAfter(start);
    const last = this.#firstFrom(end);
    const [before, after] = [this.#pieces[first], this.#pieces[last - 1]];
    const parts = this.within(start, end).flatMap((part) => become(part) ?? []);
    if (before !== undefined && before.start < start) parts.unshift({ ...before, end: start });
    if (after !== undefined && after.end > end) parts.push({ ...after, start: end });
    this.#replace(first, last, parts);
  }

  /** Where the pieces that have bytes in a range begin and end. */
  extent(start: number, end: number): { readonly start: number; readonly end: number } {
    const first = this.#pieces[this.#firstAfter(start)]?.start ?? start;
    const last = this.#pieces[this.#firstFrom(end) - 1]?.end ?? end;
    return { start: Math.min(start, first), end: Math.max(end, last) };
  }

  /** Replaces the pieces that have bytes in a range, each as a whole. */
  revise(start: number, end: number, become: (piece: Piece) => Piece | null): void {
    const first = this.#firstAfter(start);
    const last = this.#firstFrom(end);
    if (first >= last) return;
    const pieces = this.#pieces.slice(first, last).flatMap((piece) => become(piece) ?? []);
    this.#replace(first, last, pieces);
  }

  /** Puts others in the place of the pieces from one index up to another. */
  #replace(first: number, last: number, pieces: readonly Piece[]): void {
    const joined: Piece[] = [];
    for (const piece of pieces) {
      const left = joined.at(-1);
      if (left !== undefined && left.end === piece.start && alike(left, piece)) {
        joined[joined.length - 1] = { ...left, end: piece.end };
      } else joined.push(piece);
    }
    this.#pieces.splice(first, last - first, ...joined);
  }

  /** Index of the first piece that ends after a byte; the number of pieces if there is none. */
  #firstAfter(byte: number): number {
    return this.#first((piece) => piece.end > byte);
  }

  /** Index of the first piece that begins at a byte or after it. */
  #firstFrom(byte: number): number {
    return this.#first((piece) => piece.start >= byte);
  }

  /** @param is false of some of the first pieces, and true of all others */
  #first(is: (piece: Piece) => boolean): number {
    let [low, high] = [0, this.#pieces.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const piece = this.#pieces[middle];
      if (piece !== undefined && is(piece)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function settled(start: number, end: number): Piece {
  return { start, end, base: true, layers: [] };
}

/** Whether the same may be found in both. */
function alike({ base, layers }: Piece, other: Piece): boolean {
  if (base !== other.base || layers.length !== other.layers.length) return false;
  return layers.every((layer, index) => layer === other.layers[index]);
}
