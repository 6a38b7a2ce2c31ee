/**
 * How often each host cluster is used, and which are free.
 *
 * The refcount table names the blocks, each of which has the refcounts of as many clusters as fit
 * in a cluster. All that is done here happens in memory, at once; commit.ts brings it to the file.
 * Counts grow before anything uses the cluster and shrink only when nothing in the file does any
 * more, so that the blocks may be written at any time (QEMU block/qcow2-refcount.c).
 */
import { Damage, Full } from "./damage.ts";
import type { Geometry } from "./geometry.ts";
import type { HostFile, HostStep } from "./host-file.ts";
import type { MetadataMap } from "./metadata-map.ts";
import { findFree, getRefcount, setRefcount } from "./refcount-bits.ts";
import { CachedTable, type TableCache } from "./table-cache.ts";

/** bytes; QEMU's limit as well */
export const REFCOUNT_TABLE_MAX = 8 * 1024 * 1024;
/** where the header says where the table is: offset (8 bytes) and clusters (4 bytes) */
const HEADER_FIELDS = 48;

/** What a commit has to do about the refcount table, once the blocks are stable. */
export interface TableWrites {
  /** entries; to be stable before the next */
  readonly entries: readonly HostStep[];
  /** where the header says that the table is, if it has moved */
  readonly header: readonly HostStep[];
}

export class Refcounts {
  readonly cache: TableCache;
  readonly #host: HostFile;
  readonly #geometry: Geometry;
  readonly #metadata: MetadataMap;
  readonly #giveUp: (offset: number, clusters: number) => void;
  /** offsets of the blocks; 0: none */
  #blocks: Float64Array;
  #tableOffset: number;
  #moving = false;
  #moved = false;
  /** entries changed since the last commit: from `low` to before `high` */
  #low = Number.POSITIVE_INFINITY;
  #high = 0;
  /** no cluster before it is free */
  #hint = 0;
  /** where the last compressed cluster ends within a host cluster, in bytes; 0: nowhere */
  #open = 0;
  /** no cluster from here on was ever written */
  #untouched: number;

  /**
   * @param table the refcount table as it is in the file
   * @param tableOffset its place in the file
   * @param giveUp told of clusters that are free once the next commit is stable
   */
  constructor(
    host: HostFile,
    geometry: Geometry,
    metadata: MetadataMap,
    cache: TableCache,
    table: Buffer,
    tableOffset: number,
    giveUp: (offset: number, clusters: number) => void,
  ) {
    this.#host = host;
    this.#geometry = geometry;
    this.#metadata = metadata;
    this.cache = cache;
    this.#tableOffset = tableOffset;
    this.#giveUp = giveUp;
    this.#blocks = new Float64Array(table.length / 8);
    for (let index = 0; index < this.#blocks.length; index++) {
      this.#blocks[index] =
        table.readUInt32BE(index * 8) * 2 ** 32 + table.readUInt32BE(index * 8 + 4);
    }
    this.#untouched = Math.ceil(host.size / geometry.clusterSize);
  }

  /** Offsets of the blocks, 0 where there is none. */
  get blocks(): Iterable<number> {
    return this.#blocks;
  }

  /** Refcount of a host cluster. */
  get(cluster: number): number {
    const { blockEntries, refcountBits } = this.#geometry;
    const block = this.#block(Math.floor(cluster / blockEntries));
    return block === null ? 0 : getRefcount(block.bytes, cluster % blockEntries, refcountBits);
  }

  /**
   * Takes host clusters in a row that nobody used. Their refcount is 1 then.
   *
   * @returns the first one's number
   * @throws Full if the refcount table cannot grow, or the file
   */
  allocate(count = 1): number {
    for (;;) {
      const first = this.#findRun(count);
      this.#requireRoom(first + count);
      const bare = this.#firstWithoutBlock(first, count);
      if (bare === null) {
        for (let cluster = first; cluster < first + count; cluster++) this.#take(cluster);
        if (first === this.#hint) this.#hint = first + count;
        return first;
      }
      if (bare >= this.#blocks.length) this.#growTable(bare);
      else this.#addBlock(bare, first);
    }
  }

  /** @throws Full if the file cannot have so many clusters */
  #requireRoom(clusters: number): void {
    const { limit } = this.#host;
    if (limit === undefined || clusters * this.#geometry.clusterSize <= limit) return;
    throw new Full("the file that the image is in cannot grow");
  }

  /** Takes one host cluster for data; `blank`: it was never written, so that it holds zeros. */
  allocateData(): { readonly cluster: number; readonly blank: boolean } {
    const untouched = this.#untouched;
    const cluster = this.allocate();
    return { cluster, blank: cluster >= untouched };
  }

  /**
   * Takes a place for a compressed cluster: right behind the one before where that leaves room, so
   * that such clusters share host clusters, and each counts as a user of all that it touches
   * (QEMU block/qcow2-refcount.c, `qcow2_alloc_bytes`).
   *
   * @param length in bytes, less than a cluster
   * @returns byte offset in the file
   * @throws Full if the refcount table cannot grow
   */
  allocateBytes(length: number): number {
    const { clusterSize, refcountBits } = this.#geometry;
    const opened = Math.floor(this.#open / clusterSize);
    const isShared = this.#open > 0 && this.get(opened) < 2 ** refcountBits - 1;
    let offset = isShared ? this.#open : 0;
    const room = isShared ? (opened + 1) * clusterSize - offset : 0;
    if (room < length) {
      const next = this.allocate();
      // Nobody else is told of the opened one meanwhile; but the table may have had to move.
      if (room === 0 || next !== opened + 1) offset = next * clusterSize;
    }
    if (offset === this.#open) this.#count(opened, this.get(opened) + 1);
    const end = offset + length;
    this.#open = end % clusterSize === 0 ? 0 : end;
    return offset;
  }

  /** One user less, who is gone from the file for good. */
  release(cluster: number): void {
    const { blockEntries, refcountBits } = this.#geometry;
    const block = this.#block(Math.floor(cluster / blockEntries));
    const index = cluster % blockEntries;
    const count = block === null ? 0 : getRefcount(block.bytes, index, refcountBits);
    if (block === null || count === 0) throw new Damage(`host cluster ${cluster} was free already`);
    setRefcount(block.bytes, index, refcountBits, count - 1);
    this.cache.changed(block);
    if (count > 1) return;
    this.#hint = Math.min(this.#hint, cluster);
    if (Math.floor(this.#open / this.#geometry.clusterSize) === cluster) this.#open = 0;
  }

  /** Whether the table itself is to be written. */
  get tableDirty(): boolean {
    return this.#moved || this.#low < this.#high;
  }

  /** What to write of the table; it counts as written from now on, or see `putBack`. */
  takeTable(): TableWrites {
    const writes = this.#moved ? this.#movedTable() : this.#changedEntries();
    this.#moved = false;
    this.#low = Number.POSITIVE_INFINITY;
    this.#high = 0;
    return writes;
  }

  /** What was taken is not in the file, or who knows. */
  putBack({ entries, header }: TableWrites): void {
    if (header.length > 0) this.#moved = true;
    if (entries.length === 0) return;
    this.#low = 0;
    this.#high = this.#blocks.length;
  }

  #movedTable(): TableWrites {
    const fields = Buffer.alloc(12);
    fields.writeBigUInt64BE(BigInt(this.#tableOffset), 0);
    const clusters = (this.#blocks.length * 8) / this.#geometry.clusterSize;
    fields.writeUInt32BE(clusters, 8);
    const bytes = this.#entries(0, this.#blocks.length);
    return {
      entries: [{ kind: "write", offset: this.#tableOffset, bytes }],
      header: [{ kind: "write", offset: HEADER_FIELDS, bytes: fields }],
    };
  }

  #changedEntries(): TableWrites {
    if (this.#low >= this.#high) return { entries: [], header: [] };
    const bytes = this.#entries(this.#low, this.#high);
    const offset = this.#tableOffset + this.#low * 8;
    return { entries: [{ kind: "write", offset, bytes }], header: [] };
  }

  #entries(from: number, to: number): Buffer {
    const bytes = Buffer.alloc((to - from) * 8);
    for (let index = from; index < to; index++) {
      bytes.writeBigUInt64BE(BigInt(this.#blocks[index] ?? 0), (index - from) * 8);
    }
    return bytes;
  }

  #block(index: number): CachedTable | null {
    const known = this.cache.get(index);
    if (known !== undefined) return known;
    const offset = this.#blocks[index] ?? 0;
    if (offset === 0) return null;
    const bytes = this.#host.readNow(offset, this.#geometry.clusterSize);
    const block = new CachedTable(offset, bytes, false);
    this.cache.put(index, block);
    return block;
  }

  /** The first free cluster from `from` on. Where there is no block, all are free. */
  #nextFree(from: number): number {
    const { blockEntries, refcountBits } = this.#geometry;
    for (let cluster = from; ; ) {
      const index = Math.floor(cluster / blockEntries);
      const block = this.#block(index);
      if (block === null) return cluster;
      const found = findFree(block.bytes, cluster % blockEntries, blockEntries, refcountBits);
      if (found >= 0) return index * blockEntries + found;
      cluster = (index + 1) * blockEntries;
    }
  }

  #findRun(count: number): number {
    let first = this.#nextFree(this.#hint);
    this.#hint = first;
    for (let found = 1; found < count; ) {
      const next = this.#nextFree(first + found);
      if (next === first + found) {
        found++;
      } else {
        first = next;
        found = 1;
      }
    }
    return first;
  }

  /** The first block that is missing for these clusters, or null. */
  #firstWithoutBlock(first: number, count: number): number | null {
    const { blockEntries } = this.#geometry;
    const end = Math.floor((first + count - 1) / blockEntries);
    for (let index = Math.floor(first / blockEntries); index <= end; index++) {
      if ((this.#blocks[index] ?? 0) === 0) return index;
    }
    return null;
  }

  /** Makes a block, in a free cluster that has a block already or belongs to the new one. */
  #addBlock(index: number, cluster: number): void {
    const { clusterSize } = this.#geometry;
    const offset = cluster * clusterSize;
    this.#metadata.claim("refcount block", offset, clusterSize);
    this.#blocks[index] = offset;
    this.#low = Math.min(this.#low, index);
    this.#high = Math.max(this.#high, index + 1);
    const block = new CachedTable(offset, Buffer.alloc(clusterSize), true);
    this.cache.put(index, block);
    this.cache.changed(block);
    this.#count(cluster);
  }

  #take(cluster: number): void {
    const owner = this.#metadata.ownerOf(cluster);
    if (owner !== undefined) {
      throw new Damage(`host cluster ${cluster} has refcount 0 and holds the ${owner}`);
    }
    this.#count(cluster);
  }

  #count(cluster: number, count = 1): void {
    const { blockEntries, refcountBits } = this.#geometry;
    const block = this.#block(Math.floor(cluster / blockEntries));
    if (block === null) throw new Damage(`host cluster ${cluster} has no refcount`);
    setRefcount(block.bytes, cluster % blockEntries, refcountBits, count);
    this.cache.changed(block);
    this.#untouched = Math.max(this.#untouched, cluster + 1);
  }

  /** Gives the table room for at least one more entry than `index`, in another place. */
  #growTable(index: number): void {
    const { clusterSize } = this.#geometry;
    const before = this.#blocks.length * 8;
    const wanted = Math.max((index + 1) * 8, before * 1.5);
    const length = Math.ceil(wanted / clusterSize) * clusterSize;
    if (length > REFCOUNT_TABLE_MAX) throw new Full("the refcount table cannot grow any more");
    const blocks = new Float64Array(length / 8);
    blocks.set(this.#blocks);
    this.#blocks = blocks;
    // Growing again while a place is looked for: whoever looks for it takes the last size.
    if (this.#moving) return;
    this.#moving = true;
    try {
      this.#moveTable(before);
    } finally {
      this.#moving = false;
    }
  }

  /** @param before bytes that the table has in its old place */
  #moveTable(before: number): void {
    const { clusterSize } = this.#geometry;
    for (;;) {
      const length = this.#blocks.length * 8;
      const first = this.allocate(length / clusterSize);
      if (this.#blocks.length * 8 === length) {
        this.#metadata.release(this.#tableOffset, before);
        this.#giveUp(this.#tableOffset, before / clusterSize);
        this.#tableOffset = first * clusterSize;
        this.#metadata.claim("refcount table", this.#tableOffset, length);
        this.#moved = true;
        return;
      }
      for (let at = 0; at < length / clusterSize; at++) this.release(first + at);
    }
  }
}
