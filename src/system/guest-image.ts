/**
 * What a guest may find on its disk: a plain byte array, and the writes that are not settled in it.
 *
 * A read may return, for each byte, the value of any write that was not overwritten before the read
 * began: of the last completed write, of one in flight, or of either of two that overlapped in
 * time. A write that failed may have happened or not, byte by byte; a discard leaves the old bytes
 * or zeros. This is the register semantics that guests expect of a disk, and nothing stronger.
 *
 * Offsets and lengths are bytes of the image.
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

/** A read in flight. */
export interface ReadWindow {
  readonly start: number;
  readonly end: number;
  readonly begun: number;
}

export class GuestImage {
  readonly #base: Uint8Array;
  #layers: Layer[] = [];
  readonly #reads = new Set<ReadWindow>();
  #clock = 0;

  /** @param content the image now; it is kept and changed, so hand over a copy */
  constructor(content: Uint8Array) {
    this.#base = content;
  }

  /** Whether a request is in flight on the disk. */
  get busy(): boolean {
    return this.#reads.size > 0 || this.#layers.some(({ over }) => over === Infinity);
  }

  /** A write, write-zeroes or discard begins. */
  beginWrite(start: number, end: number, data: Uint8Array | null): Layer {
    const layer = { start, end, data, begun: ++this.#clock, over: Infinity, certain: false };
    this.#layers.push(layer);
    return layer;
  }

  /** @param certain false if it failed, or need not have had an effect (discard) */
  endWrite(layer: Layer, certain: boolean): void {
    layer.over = ++this.#clock;
    layer.certain = certain;
    if (certain) this.#settle(layer);
    // From here on the payload is the caller's again, and may change.
    if (layer.data !== null && this.#layers.includes(layer))
      layer.data = new Uint8Array(layer.data);
  }

  beginRead(start: number, end: number): ReadWindow {
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
    const open = this.#layers.some((layer) => overlaps(layer, window));
    // Else the byte array was compared, and has these bytes: it is often large and mostly a hole.
    if (difference !== null || open) this.#base.set(content, start);
    this.#layers = this.#layers.flatMap((layer) => uncovered(layer, window));
    return difference;
  }

  /** Folds a write into the byte array if nothing else has a say about its bytes. */
  #settle(layer: Layer): void {
    for (const read of this.#reads) if (overlaps(read, layer)) return;
    const others = this.#layers.filter((other) => other !== layer && overlaps(other, layer));
    if (others.some((other) => other.over > layer.begun)) return;
    if (layer.data === null) this.#base.fill(0, layer.start, layer.end);
    else this.#base.set(layer.data, layer.start);
    const covered = new Set([layer, ...others]);
    this.#layers = this.#layers.filter((kept) => !covered.has(kept));
    for (const other of others) this.#layers.push(...uncovered(other, layer));
  }

  #firstDifference(window: ReadWindow, got: Uint8Array): { at: number; expected: number } | null {
    const layers = this.#layers.filter((layer) => overlaps(layer, window));
    const cuts = new Set([window.start, window.end]);
    for (const { start, end } of layers) {
      if (start > window.start) cuts.add(start);
      if (end < window.end) cuts.add(end);
    }
    const bounds = [...cuts].sort((a, b) => a - b);
    for (let index = 0; index + 1 < bounds.length; index++) {
      const start = bounds[index] ?? 0;
      const end = bounds[index + 1] ?? 0;
      const covering = layers.filter((layer) => layer.start <= start && layer.end >= end);
      const sources = this.#candidates(covering, window.begun).map((layer) =>
        this.#bytes(layer, start, end),
      );
      const piece = got.subarray(start - window.start, end - window.start);
      const at = firstUnexplained(piece, sources);
      if (at >= 0) return { at: start + at, expected: sources[0]?.[at] ?? 0 };
    }
    return null;
  }

  /** The layers (null: the byte array) that a read begun at `instant` may see where all cover. */
  #candidates(covering: readonly Layer[], instant: number): (Layer | null)[] {
    const settled = covering.filter((layer) => layer.certain && layer.over < instant);
    const seen = covering.filter((layer) => !settled.some((later) => later.begun > layer.over));
    return settled.length === 0 ? [null, ...seen] : seen;
  }

  #bytes(layer: Layer | null, start: number, end: number): Uint8Array {
    if (layer === null) return this.#base.subarray(start, end);
    if (layer.data === null) return new Uint8Array(end - start);
    return layer.data.subarray(start - layer.start, end - layer.start);
  }
}

function overlaps(one: { start: number; end: number }, other: { start: number; end: number }) {
  return one.start < other.end && other.start < one.end;
}

/** What is left of a layer outside of another. */
function uncovered(layer: Layer, by: { start: number; end: number }): Layer[] {
  if (!overlaps(layer, by)) return [layer];
  const left = cut(layer, layer.start, Math.min(layer.end, by.start));
  const right = cut(layer, Math.max(layer.start, by.end), layer.end);
  return [...left, ...right];
}

function cut(layer: Layer, start: number, end: number): Layer[] {
  if (start >= end) return [];
  const data = layer.data?.subarray(start - layer.start, end - layer.start) ?? null;
  return [{ ...layer, start, end, data }];
}

/** Index of the first byte that is in none of the sources; -1 if there is none. */
function firstUnexplained(got: Uint8Array, sources: readonly Uint8Array[]): number {
  if (sources.some((source) => Buffer.compare(got, source) === 0)) return -1;
  return got.findIndex((byte, index) => sources.every((source) => source[index] !== byte));
}
