/**
 * What a job still has to copy, cut into parts, and how far it is.
 *
 * Most jobs go through their disk once, in order. One that follows what is written (a mirror, and a
 * commit of the file that is written) copies what is dirty, again and again; what is dirty its
 * filter knows, cluster by cluster.
 *
 * Progress is counted as QEMU counts it: a backup and a mirror count what was to be copied when
 * they began, a backup also what guests had copied before they wrote, and a mirror what was written
 * since, to its target too if that is written at once (`write-blocking`); others count their whole
 * disk.
 */
import type { LiveNode } from "../system/live-node.ts";
import { replying } from "../system/replying.ts";

/** In bytes of the disk. */
export interface Part {
  readonly offset: number;
  readonly length: number;
  /** how much of it counts as progress */
  readonly counted: number;
}

export interface JobWork extends JobProgress {
  /** whether nothing is left, nor under way */
  readonly through: boolean;
  readonly underWay: number;
  /** The next part, now under way; null: none is left. @param longest bytes */
  take(longest: number): Part | null;
  /** A part is no longer under way; what was not copied is left. */
  end(part: Part, copied: boolean): void;
  /** Somebody else has copied something. @param bytes that count */
  add(bytes: number): void;
}

/** Which clusters of a filter nobody has copied yet, nor is copying. */
class Dirty {
  readonly #filter: LiveNode;
  readonly #isDirty: (state: number) => boolean;

  constructor(filter: LiveNode) {
    this.#filter = filter;
    this.#isDirty = replying(filter, "CLAIM", "GRANTED");
  }

  get count(): number {
    return this.#filter.clusters.length;
  }

  has(cluster: number): boolean {
    return this.#isDirty(this.#filter.clusters[cluster] ?? 0);
  }

  /** bytes of a cluster; the last one may be short */
  size(cluster: number): number {
    const { clusterSize, length } = this.#filter.description;
    return Math.min(clusterSize, length - cluster * clusterSize);
  }

  /** bytes that are dirty in a part of the disk */
  bytes(offset = 0, length = this.#filter.description.length): number {
    const { clusterSize } = this.#filter.description;
    let bytes = 0;
    const end = Math.ceil((offset + length) / clusterSize);
    for (let cluster = Math.floor(offset / clusterSize); cluster < end; cluster++) {
      if (this.has(cluster)) bytes += this.size(cluster);
    }
    return bytes;
  }
}

/** How far a job is. */
export interface JobProgress {
  /** bytes that are copied */
  readonly copied: number;
  /** bytes that are copied, or to be */
  readonly total: number;
}

/** Bytes that are to be copied still. */
export function bytesLeft({ copied, total }: JobProgress): number {
  return total - copied;
}

/**
 * What guests copy through a filter before they write, which counts as if its job had copied it
 * (QEMU block/block-copy.c).
 */
export class CopiedByGuests implements JobProgress {
  readonly total: number;
  readonly #filter: LiveNode;
  readonly #isDone: (state: number) => boolean;
  /** clusters that nobody was to copy when it began */
  readonly #unwanted: Uint8Array;

  constructor(filter: LiveNode) {
    this.#filter = filter;
    this.#isDone = replying(filter, "CLAIM", "ALREADY");
    this.#unwanted = Uint8Array.from(filter.clusters, (state) => (this.#isDone(state) ? 1 : 0));
    this.total = this.wanted(0, filter.description.length);
  }

  get copied(): number {
    return this.copiedFrom(0);
  }

  /** Bytes that were copied from a place on. */
  copiedFrom(offset: number): number {
    return this.#bytes(offset, this.#filter.description.length, this.#isDone);
  }

  /** Bytes of a part that were to be copied when it began, or have been since. */
  wanted(offset: number, length: number): number {
    return this.#bytes(offset, offset + length, () => true);
  }

  #bytes(offset: number, end: number, counts: (state: number) => boolean): number {
    const { clusters, description } = this.#filter;
    const { clusterSize } = description;
    let bytes = 0;
    for (let at = Math.floor(offset / clusterSize); at * clusterSize < end; at++) {
      if (this.#unwanted[at] === 1 || !counts(clusters[at] ?? 0)) continue;
      bytes += Math.min(clusterSize, end - at * clusterSize);
    }
    return bytes;
  }
}

/** Once through the disk. */
export class OnePass implements JobWork {
  underWay = 0;
  readonly total: number;
  readonly #length: number;
  /** what is copied besides this pass, from where that is; null: nothing */
  readonly #others: CopiedByGuests | null;
  #copied = 0;
  #next = 0;
  /** what could not be copied, and is to be tried again */
  readonly #again: Part[] = [];

  /**
   * @param length bytes that there are to go through
   * @param others who copies before the pass gets there, and knows what counts; null: nobody, and
   * everything does
   */
  constructor(length: number, others: CopiedByGuests | null) {
    this.#length = length;
    this.#others = others;
    this.total = others?.total ?? length;
  }

  get copied(): number {
    return this.#copied + (this.#others?.copiedFrom(this.#next) ?? 0);
  }

  get through(): boolean {
    return this.#next >= this.#length && this.#again.length === 0 && this.underWay === 0;
  }

  take(longest: number): Part | null {
    const part = this.#again.pop() ?? this.#cut(longest);
    if (part !== null) this.underWay++;
    return part;
  }

  #cut(longest: number): Part | null {
    if (this.#next >= this.#length) return null;
    const offset = this.#next;
    const length = Math.min(longest, this.#length - offset);
    this.#next += length;
    return { offset, length, counted: this.#others?.wanted(offset, length) ?? length };
  }

  end(part: Part, copied: boolean): void {
    this.underWay--;
    if (copied) this.#copied += part.counted;
    else this.#again.push(part);
  }

  add(): void {}
}

/** What is dirty, for ever. */
export class Following implements JobWork {
  copied = 0;
  underWay = 0;
  readonly #dirty: Dirty;
  readonly #clusterSize: number;
  /** clusters that are to be looked at, and count only if they are written meanwhile */
  readonly #uncounted: Uint8Array;
  #uncountedBytes = 0;
  #bytesUnderWay = 0;
  /** what could not be copied, and how many of its bytes were copied all the same */
  readonly #again: { readonly part: Part; readonly clean: number }[] = [];
  /** the cluster at which it is looked for the next one */
  #at = 0;

  /** @param counts whether a part of the disk, in bytes, is one that has to be copied at first */
  constructor(filter: LiveNode, counts: (offset: number, length: number) => boolean) {
    this.#dirty = new Dirty(filter);
    this.#clusterSize = filter.description.clusterSize;
    const { count } = this.#dirty;
    this.#uncounted = new Uint8Array(count);
    for (let cluster = 0; cluster < count; cluster++) {
      const size = this.#dirty.size(cluster);
      if (!this.#dirty.has(cluster) || counts(cluster * this.#clusterSize, size)) continue;
      this.#uncounted[cluster] = 1;
      this.#uncountedBytes += size;
    }
  }

  get total(): number {
    const again = this.#again.reduce((bytes, { clean }) => bytes + clean, 0);
    return this.copied + this.#bytesUnderWay + again + this.#dirty.bytes() - this.#uncountedBytes;
  }

  get through(): boolean {
    if (this.underWay > 0 || this.#again.length > 0) return false;
    for (let cluster = 0; cluster < this.#dirty.count; cluster++) {
      if (this.#dirty.has(cluster)) return false;
    }
    return true;
  }

  take(longest: number): Part | null {
    const part = this.#again.pop()?.part ?? this.#cut(longest);
    if (part === null) return null;
    this.underWay++;
    this.#bytesUnderWay += part.counted;
    return part;
  }

  #cut(longest: number): Part | null {
    const first = this.#find();
    if (first === null) return null;
    const most = Math.max(1, Math.floor(longest / this.#clusterSize));
    let end = first;
    let counted = 0;
    let length = 0;
    while (end < this.#dirty.count && end - first < most && this.#dirty.has(end)) {
      const size = this.#dirty.size(end);
      length += size;
      if (this.#uncounted[end] === 1) {
        this.#uncounted[end] = 0;
        this.#uncountedBytes -= size;
      } else counted += size;
      end++;
    }
    this.#at = end;
    return { offset: first * this.#clusterSize, length, counted };
  }

  #find(): number | null {
    const { count } = this.#dirty;
    for (let step = 0; step < count; step++) {
      const cluster = (this.#at + step) % count;
      if (this.#dirty.has(cluster)) return cluster;
    }
    return null;
  }

  /** A part of which something could not be copied counts as not copied, all of it. */
  end(part: Part, copied: boolean): void {
    const { offset, length, counted } = part;
    this.underWay--;
    this.#bytesUnderWay -= counted;
    if (copied) this.copied += counted;
    else this.#again.push({ part, clean: counted - this.#dirty.bytes(offset, length) });
  }

  add(bytes: number): void {
    this.copied += bytes;
  }
}
