/**
 * Where each guest cluster is: the L1 table, which is in memory whole, and the L2 tables.
 *
 * All that is done here happens in memory, at once; commit.ts brings it to the file. A table that a
 * snapshot uses as well is copied before it is changed.
 */
import { Damage } from "./damage.ts";
import type { Geometry } from "./geometry.ts";
import type { HostFile, HostStep } from "./host-file.ts";
import { isCopied, type L2Entry, offsetIn, readL2Entry, writeOffset } from "./l2-entry.ts";
import type { MetadataMap } from "./metadata-map.ts";
import type { Refcounts } from "./refcounts.ts";
import { CachedTable, type TableCache } from "./table-cache.ts";

/** bytes; QEMU's limit as well */
export const L1_TABLE_MAX = 32 * 1024 * 1024;

const ABSENT: L2Entry = { kind: "absent", offset: 0, copied: false, length: 0 };

/** What a mapping needs in order to be changed. */
export interface MappingChanges {
  readonly refcounts: Refcounts;
  readonly metadata: MetadataMap;
  /** told of clusters that are free once the next commit is stable */
  giveUp(offset: number, clusters: number): void;
}

export class Mapping {
  readonly cache: TableCache;
  readonly #host: HostFile;
  readonly #geometry: Geometry;
  readonly #version: number;
  readonly #l1: Buffer;
  readonly #l1Offset: number;
  #low = Number.POSITIVE_INFINITY;
  #high = 0;

  /**
   * @param l1 the L1 table as it is in the file
   * @param l1Offset its place in the file
   */
  constructor(
    host: HostFile,
    geometry: Geometry,
    version: number,
    cache: TableCache,
    l1: Buffer,
    l1Offset: number,
  ) {
    this.#host = host;
    this.#geometry = geometry;
    this.#version = version;
    this.cache = cache;
    this.#l1 = l1;
    this.#l1Offset = l1Offset;
  }

  /**
   * Where a guest cluster is.
   *
   * @throws Damage if a table says what cannot be
   */
  entry(cluster: number): L2Entry {
    const { l2Entries } = this.#geometry;
    const table = this.#table(Math.floor(cluster / l2Entries));
    if (table === null) return ABSENT;
    return readL2Entry(table.bytes, cluster % l2Entries, this.#geometry, this.#version);
  }

  /**
   * How many guest clusters, from this one on, have no entry because they have no L2 table. It
   * looks no further than for `enough` of them.
   */
  withoutTable(cluster: number, enough: number): number {
    const { l2Entries } = this.#geometry;
    const first = Math.floor(cluster / l2Entries);
    const end = Math.min(this.#l1.length / 8, Math.ceil((cluster + enough) / l2Entries));
    let index = first;
    while (index < end && this.#offset(index) === 0) index++;
    return index === first ? 0 : index * l2Entries - cluster;
  }

  /**
   * Calls `write` with the L2 table of a guest cluster, to be changed.
   *
   * @param write given the table and the cluster's place in it
   * @throws Damage, Full
   */
  change(
    cluster: number,
    changes: MappingChanges,
    write: (table: Buffer, index: number) => void,
  ): void {
    const { l2Entries } = this.#geometry;
    const table = this.#writable(Math.floor(cluster / l2Entries), changes);
    write(table.bytes, cluster % l2Entries);
    this.cache.changed(table);
  }

  /** Whether entries of the L1 table are to be written. */
  get l1Dirty(): boolean {
    return this.#low < this.#high;
  }

  /** The part of the L1 table that was changed; it counts as written from now on. */
  takeL1(): HostStep[] {
    if (!this.l1Dirty) return [];
    const bytes = Buffer.from(this.#l1.subarray(this.#low * 8, this.#high * 8));
    const offset = this.#l1Offset + this.#low * 8;
    this.#low = Number.POSITIVE_INFINITY;
    this.#high = 0;
    return [{ kind: "write", offset, bytes }];
  }

  /** What was taken is not in the file, or who knows. */
  putBackL1(taken: readonly HostStep[]): void {
    if (taken.length === 0) return;
    this.#low = 0;
    this.#high = this.#l1.length / 8;
  }

  #offset(index: number): number {
    return offsetIn(this.#l1.readUInt32BE(index * 8), this.#l1.readUInt32BE(index * 8 + 4));
  }

  #table(index: number): CachedTable | null {
    const known = this.cache.get(index);
    if (known !== undefined) return known;
    const offset = this.#offset(index);
    if (offset === 0) return null;
    if (offset % this.#geometry.clusterSize !== 0 || offset >= this.#host.size) {
      throw new Damage(`entry ${index} of the L1 table names an L2 table at ${offset}`);
    }
    const bytes = this.#host.readNow(offset, this.#geometry.clusterSize);
    const table = new CachedTable(offset, bytes, false);
    this.cache.put(index, table);
    return table;
  }

  #writable(index: number, changes: MappingChanges): CachedTable {
    const { clusterSize } = this.#geometry;
    const current = this.#table(index);
    if (
      current !== null &&
      isCopied(this.#l1, index) &&
      changes.refcounts.get(current.offset / clusterSize) === 1
    ) {
      return current;
    }
    const offset = changes.refcounts.allocate() * clusterSize;
    changes.metadata.claim("active L2 table", offset, clusterSize);
    const bytes = current === null ? Buffer.alloc(clusterSize) : Buffer.from(current.bytes);
    const table = new CachedTable(offset, bytes, true);
    this.cache.put(index, table);
    if (current !== null) changes.giveUp(current.offset, 1);
    writeOffset(this.#l1, index, offset, true);
    this.#low = Math.min(this.#low, index);
    this.#high = Math.max(this.#high, index + 1);
    return table;
  }
}
