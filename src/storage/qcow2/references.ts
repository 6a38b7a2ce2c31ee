/**
 * Everything in an image that refers to a host cluster, counted (QEMU block/qcow2-refcount.c,
 * `calculate_refcounts`), and what is wrong with references themselves.
 */

import { placesOf } from "./bitmap-store.ts";
import { readBitmaps } from "./bitmaps.ts";
import { type Geometry, geometryOf } from "./geometry.ts";
import type { Header } from "./header.ts";
import type { HostFile } from "./host-file.ts";
import { offsetIn } from "./l2-entry.ts";
import { readSnapshots } from "./snapshots.ts";
import { UseCounts } from "./use-counts.ts";

const L1_RESERVED = 0x7f0000000000_01ffn;
const L2_RESERVED = 0x3f0000000000_01fen;
const TABLE_RESERVED = 0x1ffn;

/** What an image refers to. */
export interface References {
  readonly uses: UseCounts;
  /** by entry of the refcount table: the offset of its block; 0: none, or none that can be read */
  readonly blocks: readonly number[];
}

/**
 * @param name of the image, for messages
 * @param corrupt told of what is wrong, a line each
 * @throws BlockgraphError, Damage: there is no telling what it refers to
 */
export function countReferences(
  host: HostFile,
  header: Header,
  name: string,
  corrupt: (text: string) => void,
): References {
  return new Counting(host, header, name, corrupt).run();
}

class Counting {
  readonly #host: HostFile;
  readonly #header: Header;
  readonly #geometry: Geometry;
  readonly #name: string;
  readonly #corrupt: (text: string) => void;
  readonly #uses: UseCounts;
  readonly #blocks: number[];
  /** offset of each L2 table, and how often it is named: its entries count as often */
  readonly #tables = new Map<number, number>();

  constructor(host: HostFile, header: Header, name: string, corrupt: (text: string) => void) {
    this.#host = host;
    this.#header = header;
    this.#name = name;
    this.#corrupt = corrupt;
    this.#geometry = geometryOf(header.clusterBits, header.refcountOrder);
    this.#uses = new UseCounts(host.size, this.#geometry.clusterSize);
    const entries = (header.refcountTableClusters * this.#geometry.clusterSize) / 8;
    this.#blocks = Array.from({ length: entries }, () => 0);
  }

  run(): References {
    const { l1Offset, l1Entries } = this.#header;
    this.#use(0, this.#geometry.clusterSize);
    this.#countL1(l1Offset, l1Entries);
    this.#countSnapshots();
    for (const [table, times] of this.#tables) this.#countL2(table, times);
    this.#countBitmaps();
    this.#countRefcountStructures();
    return { uses: this.#uses, blocks: this.#blocks };
  }

  #use(offset: number, length: number, times = 1): void {
    if (!this.#uses.use(offset, length, times)) {
      this.#corrupt(`${length} bytes at ${offset} exceed the file by one cluster or more`);
    }
  }

  #read(offset: number, length: number): Buffer {
    return this.#host.readNow(offset, length);
  }

  #countL1(offset: number, entries: number): void {
    this.#use(offset, entries * 8);
    const { clusterSize } = this.#geometry;
    for (const { entry, index } of entriesOf(this.#read(offset, entries * 8))) {
      if ((entry & L1_RESERVED) !== 0n) this.#corrupt(`l1_index=${index}: reserved bits are set`);
      const table = offsetOf(entry);
      if (table === 0) continue;
      this.#use(table, clusterSize);
      if (table % clusterSize !== 0) this.#corrupt(`l2_offset=${table}: not cluster aligned`);
      if (table < this.#host.size) this.#tables.set(table, (this.#tables.get(table) ?? 0) + 1);
    }
  }

  #countL2(table: number, times: number): void {
    const { clusterSize } = this.#geometry;
    for (const { entry } of entriesOf(this.#read(table, clusterSize))) {
      if ((entry >> 62n) & 1n) {
        this.#countCompressed(entry, times);
        continue;
      }
      if ((entry & L2_RESERVED) !== 0n) this.#corrupt(`l2 entry with reserved bits: ${entry}`);
      const offset = offsetOf(entry);
      if (offset === 0) continue;
      if (offset % clusterSize !== 0) {
        this.#corrupt(`offset=${offset}: Data cluster is not properly aligned`);
      }
      this.#use(offset, clusterSize, times);
    }
  }

  #countCompressed(entry: bigint, times: number): void {
    const bits = BigInt(62 - (this.#header.clusterBits - 8));
    if (entry >> 63n) this.#corrupt("the copied flag of a compressed cluster is set");
    const offset = Number(entry & ((1n << bits) - 1n));
    const sectors = Number((entry & ((1n << 62n) - 1n)) >> bits) + 1;
    this.#use(offset, sectors * 512 - (offset % 512), times);
  }

  #countSnapshots(): void {
    const { snapshots, length } = readSnapshots(this.#host, this.#header, this.#name);
    for (const { l1Offset, l1Entries, name } of snapshots) {
      if (l1Offset % this.#geometry.clusterSize !== 0) {
        this.#corrupt(`snapshot '${name}': l1_offset=${l1Offset} is not cluster aligned`);
      } else {
        this.#countL1(l1Offset, l1Entries);
      }
    }
    this.#use(this.#header.snapshotsOffset, length);
  }

  #countBitmaps(): void {
    const directory = readBitmaps(this.#host, this.#header, this.#name);
    if (directory === null) return;
    const { clusterSize } = this.#geometry;
    for (const { offset, length } of placesOf(this.#host, directory, clusterSize, this.#name)) {
      this.#use(offset, length);
    }
  }

  #countRefcountStructures(): void {
    const { refcountTableOffset, refcountTableClusters } = this.#header;
    const { clusterSize } = this.#geometry;
    const length = refcountTableClusters * clusterSize;
    this.#use(refcountTableOffset, length);
    for (const { entry, index } of entriesOf(this.#read(refcountTableOffset, length))) {
      const offset = Number(entry & ~TABLE_RESERVED);
      if ((entry & TABLE_RESERVED) !== 0n) {
        this.#corrupt(`refcount table entry ${index} has reserved bits set`);
      } else if (offset % clusterSize !== 0) {
        this.#corrupt(`refcount block ${index} is not cluster aligned`);
      } else if (offset >= this.#host.size) {
        this.#corrupt(`refcount block ${index} is outside image`);
      } else if (offset > 0) {
        this.#blocks[index] = offset;
        this.#use(offset, clusterSize);
        const uses = this.#uses.of(offset / clusterSize);
        if (uses !== 1) this.#corrupt(`refcount block ${index} refcount=${uses}`);
      }
    }
  }
}

/** Entries of an L1, L2 or refcount table that are not 0. */
export function* entriesOf(
  table: Buffer,
): Generator<{ readonly entry: bigint; readonly index: number }> {
  for (let index = 0; index * 8 < table.length; index++) {
    const [high, low] = [table.readUInt32BE(index * 8), table.readUInt32BE(index * 8 + 4)];
    if (high !== 0 || low !== 0) yield { entry: table.readBigUInt64BE(index * 8), index };
  }
}

/** Bits 9 to 55 of an entry of an L1 or L2 table. */
export function offsetOf(entry: bigint): number {
  return offsetIn(Number((entry >> 32n) & 0xffffffffn), Number(entry & 0xffffffffn));
}
