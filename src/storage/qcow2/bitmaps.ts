/**
 * Persistent dirty bitmaps of an image: their directory, and their bits (QEMU
 * docs/interop/qcow2.rst, "Bitmaps extension" and "Bitmaps"; block/qcow2-bitmap.c).
 *
 * A bitmap that is marked as in use was not stored by whoever recorded in it last: what it says is
 * wrong, and it is called inconsistent.
 */
import { unusable } from "./damage.ts";
import type { Header } from "./header.ts";
import type { HostFile } from "./host-file.ts";

const BITMAP_IN_USE = 1;
const DIRTY_TRACKING = 1;
const BITMAP_AUTO = 2;
const FLAGS_RESERVED = 0xfffffffc;
const ENTRY = 24;
/** where the flags are in an entry of the directory, in bytes */
const FLAGS_FIELD = 12;
const NAME_MAX = 1023;
/** bytes of bits, of all bitmaps of an image */
const BITS_MAX = 256 * 1024 * 1024;

export interface StoredBitmap {
  readonly name: string;
  /** bytes that a bit stands for */
  readonly granularity: number;
  /** whether changes of the disk are to be recorded in it */
  readonly enabled: boolean;
  readonly inconsistent: boolean;
  /** where its table is in the file, in bytes */
  readonly tableOffset: number;
  readonly tableEntries: number;
}

/** The directory: where it is in the file, in bytes, and what it says. */
export interface BitmapDirectory {
  readonly offset: number;
  readonly length: number;
  readonly bitmaps: readonly StoredBitmap[];
}

/**
 * @param name of the image, for messages
 * @returns null if there is no bitmap, or none that can be relied upon
 * @throws BlockgraphError `image-unusable` if the directory is malformed or not in the file
 */
export function readBitmaps(host: HostFile, header: Header, name: string): BitmapDirectory | null {
  if (header.bitmaps === null) return null;
  const { count, directoryOffset: offset, directorySize } = header.bitmaps;
  if (offset === 0 || offset + directorySize > host.size) {
    throw unusable(name, "the bitmap directory ends beyond the file");
  }
  const bytes = host.readNow(offset, directorySize);
  const bitmaps: StoredBitmap[] = [];
  let total = 0;
  for (let at = 0; at < bytes.length; ) {
    const { bitmap, length } = readEntry(bytes, at, header, name);
    total += bitsLength(header.size, bitmap.granularity);
    bitmaps.push(bitmap);
    at += length;
  }
  if (bitmaps.length !== count) {
    throw unusable(name, `the bitmap directory has ${bitmaps.length} bitmaps instead of ${count}`);
  }
  if (total > BITS_MAX) throw unusable(name, "its bitmaps are too large to be held in memory");
  if (new Set(bitmaps.map((bitmap) => bitmap.name)).size < count) {
    throw unusable(name, "two bitmaps have the same name");
  }
  return { offset, length: bytes.length, bitmaps };
}

function readEntry(
  bytes: Buffer,
  at: number,
  header: Header,
  name: string,
): { readonly bitmap: StoredBitmap; readonly length: number } {
  const refuse = (text: string) => unusable(name, `entry ${at} of the bitmap directory ${text}`);
  if (at + ENTRY > bytes.length) throw refuse("is cut off");
  const flags = bytes.readUInt32BE(at + FLAGS_FIELD);
  const granularityBits = bytes.readUInt8(at + 17);
  const nameLength = bytes.readUInt16BE(at + 18);
  const extraLength = bytes.readUInt32BE(at + 20);
  const length = Math.ceil((ENTRY + extraLength + nameLength) / 8) * 8;
  if (at + length > bytes.length) throw refuse("is cut off");
  if (nameLength === 0 || nameLength > NAME_MAX) throw refuse("has no usable name");
  if (extraLength > 0) throw refuse("has extra data, which nobody here understands");
  if ((flags & FLAGS_RESERVED) !== 0) throw refuse("has unknown flags");
  if (bytes.readUInt8(at + 16) !== DIRTY_TRACKING)
    throw refuse("is not of a dirty tracking bitmap");
  if (granularityBits < 9 || granularityBits > 31) throw refuse("has an unusable granularity");
  const tableOffset = Number(bytes.readBigUInt64BE(at));
  const tableEntries = bytes.readUInt32BE(at + 8);
  const clusterSize = 2 ** header.clusterBits;
  if (tableOffset === 0 || tableOffset % clusterSize !== 0) throw refuse("has an unusable table");
  const granularity = 2 ** granularityBits;
  const expected = Math.ceil(bitsLength(header.size, granularity) / clusterSize);
  const inconsistent = (flags & BITMAP_IN_USE) !== 0;
  if (!inconsistent && tableEntries !== expected) {
    throw refuse(`has a table of ${tableEntries} entries instead of ${expected}`);
  }
  return {
    bitmap: {
      name: bytes.toString("utf8", at + ENTRY, at + ENTRY + nameLength),
      granularity,
      enabled: (flags & BITMAP_AUTO) !== 0,
      inconsistent,
      tableOffset,
      tableEntries,
    },
    length,
  };
}

/** Bytes of bits that a bitmap has. */
function bitsLength(size: number, granularity: number): number {
  return Math.ceil(Math.ceil(size / granularity) / 8);
}

/**
 * A directory as it is in a file.
 * @param inUse whether it calls all bitmaps in use, besides those that are inconsistent
 */
export function encodeDirectory(bitmaps: readonly StoredBitmap[], inUse: boolean): Buffer {
  const entries = bitmaps.map((bitmap) => {
    const name = Buffer.from(bitmap.name);
    const entry = Buffer.alloc(Math.ceil((ENTRY + name.length) / 8) * 8);
    const marks = inUse || bitmap.inconsistent ? BITMAP_IN_USE : 0;
    entry.writeBigUInt64BE(BigInt(bitmap.tableOffset), 0);
    entry.writeUInt32BE(bitmap.tableEntries, 8);
    entry.writeUInt32BE(marks | (bitmap.enabled ? BITMAP_AUTO : 0), FLAGS_FIELD);
    entry.writeUInt8(DIRTY_TRACKING, 16);
    entry.writeUInt8(Math.log2(bitmap.granularity), 17);
    entry.writeUInt16BE(name.length, 18);
    name.copy(entry, ENTRY);
    return entry;
  });
  return Buffer.concat(entries);
}

/** Offsets of the clusters that hold the bits; 0: all bits are 0, 1: all are 1. */
export function readBitmapTable(host: HostFile, bitmap: StoredBitmap, name: string): number[] {
  const { tableOffset, tableEntries } = bitmap;
  if (tableOffset + tableEntries * 8 > host.size) {
    throw unusable(name, `the table of the bitmap '${bitmap.name}' ends beyond the file`);
  }
  const bytes = host.readNow(tableOffset, tableEntries * 8);
  return Array.from({ length: tableEntries }, (_, index) => {
    const entry = bytes.readBigUInt64BE(index * 8);
    const offset = Number(entry & 0x00fffffffffffe00n);
    return offset > 0 ? offset : Number(entry & 1n);
  });
}

/**
 * The bits of a bitmap, the lowest of a byte first.
 *
 * @param size of the disk, in bytes
 * @throws BlockgraphError `image-unusable` if they are not in the file
 */
export function readBits(
  host: HostFile,
  bitmap: StoredBitmap,
  size: number,
  clusterSize: number,
  name: string,
): Uint8Array {
  const bits = new Uint8Array(bitsLength(size, bitmap.granularity));
  for (const [index, offset] of readBitmapTable(host, bitmap, name).entries()) {
    const part = bits.subarray(index * clusterSize, (index + 1) * clusterSize);
    if (offset === 0) continue;
    if (offset === 1) {
      part.fill(0xff);
    } else if (offset % clusterSize !== 0 || offset >= host.size) {
      throw unusable(name, `the bits of the bitmap '${bitmap.name}' are not in the file`);
    } else {
      part.set(host.readNow(offset, part.length));
    }
  }
  return bits;
}
