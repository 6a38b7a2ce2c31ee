/**
 * One entry of an L2 table: where a guest cluster is.
 *
 *     absent      not in this image: the backing file has it, or it reads as zeros
 *     zero        reads as zeros; `offset` is that of a host cluster kept for it, or 0
 *     data        stands in the host cluster at `offset`
 *     compressed  `length` bytes at `offset`, at most, inflate to it
 *
 * `copied` says that nobody else uses the host cluster, so that it may be written in place.
 */
import { Damage } from "./damage.ts";
import type { Geometry } from "./geometry.ts";

export type ClusterKind = "absent" | "zero" | "data" | "compressed";

export interface L2Entry {
  readonly kind: ClusterKind;
  /** byte offset in the file; 0: none */
  readonly offset: number;
  readonly copied: boolean;
  /** bytes, of a compressed cluster; else 0 */
  readonly length: number;
}

const HIGH = 2 ** 32;
/** bits of the upper half of an entry */
const COPIED = 0x80000000;
const COMPRESSED = 0x40000000;
const HIGH_OFFSET = 0x00ffffff;
/** bits of the lower half */
const LOW_OFFSET = 0xfffffe00;
const ZERO = 1;
/** bytes; compressed clusters are measured in them */
const SECTOR = 512;

const ABSENT: L2Entry = { kind: "absent", offset: 0, copied: false, length: 0 };

/**
 * @param table a whole L2 table
 * @param geometry of the image
 * @param version of the image's format
 * @throws Damage for a host cluster that is none, and for a zero cluster before version 3
 */
export function readL2Entry(
  table: Buffer,
  index: number,
  geometry: Geometry,
  version: number,
): L2Entry {
  const high = table.readUInt32BE(index * 8);
  const low = table.readUInt32BE(index * 8 + 4);
  if (high === 0 && low === 0) return ABSENT;
  if ((high & COMPRESSED) !== 0) return compressed(table.readBigUInt64BE(index * 8), geometry);
  const offset = offsetIn(high, low);
  if (offset % geometry.clusterSize !== 0) {
    throw new Damage(`an L2 entry names a data cluster at ${offset}, which is not aligned`);
  }
  const copied = (high & COPIED) !== 0;
  if ((low & ZERO) === 0) {
    return offset === 0 ? ABSENT : { kind: "data", offset, copied, length: 0 };
  }
  if (version < 3) throw new Damage("there is a zero cluster in an image of version 2");
  return { kind: "zero", offset, copied, length: 0 };
}

/** Bits 9 to 55 of an entry of an L1 or L2 table, given as halves. */
export function offsetIn(high: number, low: number): number {
  return (high & HIGH_OFFSET) * HIGH + ((low & LOW_OFFSET) >>> 0);
}

function compressed(entry: bigint, geometry: Geometry): L2Entry {
  const bits = offsetBits(geometry);
  const start = entry & ((1n << bits) - 1n);
  const sectors = Number((entry & ((1n << 62n) - 1n)) >> bits) + 1;
  if (start >= 1n << 53n)
    throw new Damage(`a compressed cluster lies at ${start}, beyond any file`);
  const offset = Number(start);
  return {
    kind: "compressed",
    offset,
    copied: false,
    length: sectors * SECTOR - (offset % SECTOR),
  };
}

/** Sets an entry to a host cluster that nobody else uses. */
export function writeDataEntry(table: Buffer, index: number, offset: number): void {
  writeOffset(table, index, offset, true);
}

/**
 * Sets an entry to a compressed cluster.
 *
 * @param offset byte offset in the file, of any byte
 * @param length in bytes, less than a cluster
 */
export function writeCompressedEntry(
  table: Buffer,
  index: number,
  { offset, length }: { readonly offset: number; readonly length: number },
  geometry: Geometry,
): void {
  const bits = offsetBits(geometry);
  const more = Math.floor((offset + length - 1) / SECTOR) - Math.floor(offset / SECTOR);
  const entry = (1n << 62n) | (BigInt(more) << bits) | BigInt(offset);
  table.writeBigUInt64BE(entry, index * 8);
}

/** bits of the offset of a compressed cluster; those above count its sectors but the first */
function offsetBits({ clusterBits }: Geometry): bigint {
  return BigInt(62 - (clusterBits - 8));
}

/** Sets an entry to read as zeros, without a host cluster. */
export function writeZeroEntry(table: Buffer, index: number): void {
  table.writeUInt32BE(0, index * 8);
  table.writeUInt32BE(ZERO, index * 8 + 4);
}

/** Sets an entry of an L1 or L2 table. */
export function writeOffset(table: Buffer, index: number, offset: number, copied: boolean): void {
  const high = Math.floor(offset / HIGH) + (copied ? COPIED : 0);
  table.writeUInt32BE(high, index * 8);
  table.writeUInt32BE(offset % HIGH, index * 8 + 4);
}

/** Whether an entry of an L1 or L2 table says that nobody else uses what it names. */
export function isCopied(table: Buffer, index: number): boolean {
  return (table.readUInt32BE(index * 8) & COPIED) !== 0;
}
