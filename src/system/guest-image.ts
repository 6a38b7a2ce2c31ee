/**
 * What a guest may find on its disk: a plain byte array, and the writes that are not settled in it.
 *
 * A read may return, for each byte, the value of any write that was not overwritten before the read
 * began: of the last completed write, of one in flight, or of either of two that overlapped in
 * time. A write that failed may have happened or not, byte by byte; a discard leaves the old bytes
 * or zeros. This is the register semantics that guests expect of a disk, and nothing stronger.
 *
 * A write is forgotten where no read that is in flight or still to come can find it. That is looked
 * into where a request touches it next, so that a long run costs as much by request as a short one.
 *
 * Offsets and lengths are bytes of the image.
 */
import { type Layer, type Piece, Unsettled } from "./unsettled.ts";

/** A read in flight. */
export interface ReadWindow {
  readonly start: number;
  readonly end: number;
  readonly begun: number;
}

export class GuestImage {
  readonly #base: Uint8Array;
  readonly #unsettled = new Unsettled();
  readonly #reads = new Set<ReadWindow>();
  /** writes in flight */
  #writing = 0;
  #clock = 0;
  /** as many zeros as have been asked for */
  #zeros = new Uint8Array(0);

  /** @param content the image now; it is kept and changed, so hand over a copy */
  constructor(content: Uint8Array) {
    this.#base = content;
  }

  /** Whether a request is in flight on the disk. */
  get busy(): boolean {
    return this.#reads.size > 0 || this.#writing > 0;
  }

  /** A write, write-zeroes or discard begins. */
  beginWrite(start: number, end: number, data: Uint8Array | null): Layer {
    const layer = { start, end, data, begun: ++this.#clock, over: Infinity, certain: false };
    this.#writing++;
    this.#unsettled.cover(start, end, (part) => ({ ...part, layers: [...part.layers, layer] }));
    return layer;
  }

  /** @param certain false if it failed, or need not have had an effect (discard) */
  endWrite(layer: Layer, certain: boolean): void {
    layer.over = ++this.#clock;
    layer.certain = certain;
    this.#writing--;
    this.#forget(layer.start, layer.end);
    // From here on the payload is the caller's again, and may change.
    const open = this.#unsettled.within(layer.start, layer.end);
    if (layer.data !== null && open.some(({ layers }) => layers.includes(layer))) {
      layer.data = new Uint8Array(layer.data);
    }
  }

  beginRead(start: number, end: number): ReadWindow {
    this.#forget(start, end);
    const window = { start, end, begun: ++this.#clock };
    this.#reads.add(window);
    return window;
  }

  /**
   * The first byte of a completed read that no order of the writes explains; null: none.
   * @param got what it returned; less than it asked for is compared as far as it goes
   */
  endRead(window: ReadWindow, got: Uint8Array): { at: number; expected: number } | null {
    this.#reads.delete(window);
    return this.#firstDifference({ ...window, end: window.start + got.length }, got);
  }

  /** A read that failed tells nothing. */
  abandonRead(window: ReadWindow): void {
    this.#reads.delete(window);
  }

  /**
   * Compares a part of the image, and takes its content as settled unless a request is in flight
   * on the disk: then what that one may find is still open.
   * @param start byte at which `content` begins
   */
  reconcile(start: number, content: Uint8Array): { at: number; expected: number } | null {
    const window = { start, end: start + content.length, begun: ++this.#clock };
    const difference = this.#firstDifference(window, content);
    if (this.busy) return difference;
    let open = false;
    this.#unsettled.cover(window.start, window.end, ({ layers }) => {
      open ||= layers.length > 0;
      return null;
    });
    // Else the byte array was compared, and has these bytes: it is often large and mostly a hole.
    if (difference !== null || open) this.#base.set(content, start);
    return difference;
  }

  /** Settles or forgets what no read can find any more, in the pieces that a range touches. */
  #forget(start: number, end: number): void {
    const whole = this.#unsettled.extent(start, end);
    let earliest = Infinity;
    for (const read of this.#reads) {
      const meets = read.start < whole.end && whole.start < read.end;
      if (meets) earliest = Math.min(earliest, read.begun);
    }
    this.#unsettled.revise(start, end, (piece) => {
      const left = remaining(piece, earliest);
      const [only, ...others] = left.layers;
      if (only === undefined) return null;
      if (left.base || others.length > 0 || only.over >= earliest) return left;
      this.#base.set(this.#bytes(only, piece), piece.start);
      return null;
    });
  }

  #firstDifference(
    { start, end, begun }: ReadWindow,
    got: Uint8Array,
  ): { at: number; expected: number } | null {
    for (const part of this.#unsettled.within(start, end)) {
      const { base, layers } = remaining(part, begun);
      const sources = layers.map((layer) => this.#bytes(layer, part));
      if (base) sources.unshift(this.#base.subarray(part.start, part.end));
      const at = firstUnexplained(got.subarray(part.start - start, part.end - start), sources);
      if (at >= 0) return { at: part.start + at, expected: sources[0]?.[at] ?? 0 };
    }
    return null;
  }

  #bytes({ data, start: first }: Layer, { start, end }: Piece): Uint8Array {
    if (data !== null) return data.subarray(start - first, end - first);
    if (this.#zeros.length < end - start) this.#zeros = new Uint8Array(end - start);
    return this.#zeros.subarray(0, end - start);
  }
}

/**
 * What a read may find that begins at an instant, or later.
 *
 * A write that took effect hides what was over before it began. Of writes that may have left zeros,
 * the one that was over last is found wherever the others are.
 */
function remaining(piece: Piece, instant: number): Piece {
  let [hidden, zeros] = [-1, -1];
  for (const { certain, over, begun, data } of piece.layers) {
    if (certain && over < instant) hidden = Math.max(hidden, begun);
    if (data === null) zeros = Math.max(zeros, over);
  }
  const layers = piece.layers.filter(
    ({ certain, over, data }) => over >= hidden && (certain || data !== null || over === zeros),
  );
  return { ...piece, base: piece.base && hidden < 0, layers };
}

/** Index of the first byte that is in none of the sources; -1 if there is none. */
function firstUnexplained(got: Uint8Array, sources: readonly Uint8Array[]): number {
  if (sources.some((source) => Buffer.compare(got, source) === 0)) return -1;
  // Torn writes tear between sectors, not between bytes: what explains one explains the next.
  let source = sources[0];
  for (let index = 0; index < got.length; index++) {
    if (source?.[index] === got[index]) continue;
    source = sources.find((other) => other[index] === got[index]);
    if (source === undefined) return index;
  }
  return -1;
}
