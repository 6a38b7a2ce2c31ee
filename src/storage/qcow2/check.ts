/**
 * Whether the refcounts of an image are what its tables say: what `qemu-img check` finds, found by
 * other code (QEMU block/qcow2-refcount.c, `qcow2_check_refcounts`).
 *
 * A *leak* is a host cluster with more users than there are: space lost, and nothing else. A
 * *corruption* is anything by which data may be lost. It reads the file only; who has it open for
 * writing may not have written everything.
 */
import fs from "node:fs";
import { basename } from "node:path";
import { orRefuse } from "../file-refusal.ts";
import { placesOf } from "./bitmap-store.ts";
import { readBitmaps } from "./bitmaps.ts";
import { orUnusable } from "./damage.ts";
import { type Geometry, geometryOf } from "./geometry.ts";
import { type Header, readHeader } from "./header.ts";
import { type HostFile, OpenedFile } from "./host-file.ts";
import { isCopied, offsetIn } from "./l2-entry.ts";
import { getRefcount } from "./refcount-bits.ts";
import { readSnapshots } from "./snapshots.ts";
import { UseCounts } from "./use-counts.ts";

export interface CheckResult {
  readonly corruptions: number;
  /** host clusters */
  readonly leaks: number;
  /** what was found, a line each; the first hundred */
  readonly findings: readonly string[];
}

const FINDINGS_MAX = 100;
const L1_RESERVED = 0x7f0000000000_01ffn;
const L2_RESERVED = 0x3f0000000000_01fen;
const TABLE_RESERVED = 0x1ffn;

/**
 * @throws BlockgraphError `image-unusable` if it cannot be checked
 */
export function checkQcow2(path: string): CheckResult {
  const fd = orRefuse(path, () =>
    fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK),
  );
  const host = new OpenedFile(fd);
  try {
    return checkQcow2On(host, basename(path));
  } finally {
    host.close();
  }
}

/** The same for any host file. */
export function checkQcow2On(host: HostFile, name: string): CheckResult {
  return orUnusable(name, () => new Check(host, readHeader(host, name), name).run());
}

class Check {
  readonly #host: HostFile;
  readonly #header: Header;
  readonly #geometry: Geometry;
  readonly #name: string;
  readonly #uses: UseCounts;
  readonly #findings: string[] = [];
  /** offset of each refcount block, 0 where there is none or none that can be read */
  #blocks: number[] = [];
  #block: { readonly index: number; readonly bytes: Buffer } | null = null;
  #corruptions = 0;
  #leaks = 0;

  constructor(host: HostFile, header: Header, name: string) {
    this.#host = host;
    this.#header = header;
    this.#name = name;
    this.#geometry = geometryOf(header.clusterBits, header.refcountOrder);
    this.#uses = new UseCounts(host.size, this.#geometry.clusterSize);
  }

  run(): CheckResult {
    const { l1Offset, l1Entries } = this.#header;
    this.#use(0, this.#geometry.clusterSize);
    this.#countL1(l1Offset, l1Entries);
    this.#countSnapshots();
    this.#countBitmaps();
    this.#countRefcountStructures();
    this.#compare();
    this.#checkCopied(l1Offset, l1Entries);
    return { corruptions: this.#corruptions, leaks: this.#leaks, findings: this.#findings };
  }

  #corrupt(text: string): void {
    this.#corruptions++;
    this.#say(`ERROR ${text}`);
  }

  #say(text: string): void {
    if (this.#findings.length < FINDINGS_MAX) this.#findings.push(text);
  }

  #use(offset: number, length: number): void {
    if (!this.#uses.use(offset, length)) {
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
      if (table < this.#host.size) this.#countL2(this.#read(table, clusterSize));
    }
  }

  #countL2(table: Buffer): void {
    const { clusterSize } = this.#geometry;
    for (const { entry } of entriesOf(table)) {
      if ((entry >> 62n) & 1n) {
        this.#countCompressed(entry);
        continue;
      }
      if ((entry & L2_RESERVED) !== 0n) this.#corrupt(`l2 entry with reserved bits: ${entry}`);
      const offset = offsetOf(entry);
      if (offset === 0) continue;
      if (offset % clusterSize !== 0) {
        this.#corrupt(`offset=${offset}: Data cluster is not properly aligned`);
      }
      this.#use(offset, clusterSize);
    }
  }

  #countCompressed(entry: bigint): void {
    const bits = BigInt(62 - (this.#header.clusterBits - 8));
    if (entry >> 63n) this.#corrupt("the copied flag of a compressed cluster is set");
    const offset = Number(entry & ((1n << bits) - 1n));
    const sectors = Number((entry & ((1n << 62n) - 1n)) >> bits) + 1;
    this.#use(offset, sectors * 512 - (offset % 512));
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
      this.#blocks.push(0);
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

  #compare(): void {
    for (let cluster = 0; cluster < this.#uses.clusters; cluster++) {
      const [refcount, reference] = [this.#refcount(cluster), this.#uses.of(cluster)];
      if (refcount === reference) continue;
      const text = `cluster ${cluster} refcount=${refcount} reference=${reference}`;
      if (refcount < reference) {
        this.#corrupt(text);
      } else {
        this.#leaks++;
        this.#say(`Leaked ${text}`);
      }
    }
  }

  /** The flags of the active tables must say which clusters have one user. */
  #checkCopied(offset: number, entries: number): void {
    const { clusterSize } = this.#geometry;
    const l1 = this.#read(offset, entries * 8);
    for (const { entry, index } of entriesOf(l1)) {
      const table = offsetOf(entry);
      if (table === 0) continue;
      if (isCopied(l1, index) !== (this.#refcountAt(table) === 1)) {
        this.#corrupt(`OFLAG_COPIED L2 cluster: l1_index=${index}`);
      }
      if (table >= this.#host.size) continue;
      const l2 = this.#read(table, clusterSize);
      for (const { entry: data, index: at } of entriesOf(l2)) {
        const place = offsetOf(data);
        if (place === 0 || (data >> 62n) & 1n) continue;
        if (isCopied(l2, at) !== (this.#refcountAt(place) === 1)) {
          this.#corrupt(`OFLAG_COPIED data cluster: l2_entry=${data.toString(16)}`);
        }
      }
    }
  }

  #refcountAt(offset: number): number {
    return this.#refcount(Math.floor(offset / this.#geometry.clusterSize));
  }

  #refcount(cluster: number): number {
    const { blockEntries, clusterSize, refcountBits } = this.#geometry;
    const index = Math.floor(cluster / blockEntries);
    const offset = this.#blocks[index] ?? 0;
    if (offset === 0) return 0;
    if (this.#block?.index !== index) {
      this.#block = { index, bytes: this.#read(offset, clusterSize) };
    }
    return getRefcount(this.#block.bytes, cluster % blockEntries, refcountBits);
  }
}

function* entriesOf(table: Buffer): Generator<{ readonly entry: bigint; readonly index: number }> {
  for (let index = 0; index * 8 < table.length; index++) {
    const [high, low] = [table.readUInt32BE(index * 8), table.readUInt32BE(index * 8 + 4)];
    if (high !== 0 || low !== 0) yield { entry: table.readBigUInt64BE(index * 8), index };
  }
}

/** Bits 9 to 55. */
function offsetOf(entry: bigint): number {
  return offsetIn(Number((entry >> 32n) & 0xffffffffn), Number(entry & 0xffffffffn));
}
