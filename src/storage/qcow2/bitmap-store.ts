/**
 * Bitmaps of an image that is open for writing: marked in the file as in use from the beginning, so
 * that nobody relies on them if we do not get to the end, and stored at the end.
 *
 * The directory is changed where it is. While that happens the autoclear bit, which says that the
 * bitmaps can be relied upon, is not set (QEMU block/qcow2-bitmap.c,
 * `update_ext_dirty_bitmaps_in_place`).
 */

import { BitmapRecorder, type RecordedBitmap } from "./bitmap-recorder.ts";
import {
  BITMAP_IN_USE,
  type BitmapDirectory,
  readBitmapTable,
  readBits,
  type StoredBitmap,
  withFlags,
} from "./bitmaps.ts";
import { AUTOCLEAR_BITMAPS, AUTOCLEAR_FIELD } from "./header.ts";
import { type HostFile, type HostStep, SYNC } from "./host-file.ts";
import type { Qcow2Image } from "./image.ts";

/** Reads the bitmaps that record. */
export function recorderFor(image: Qcow2Image, directory: BitmapDirectory | null): BitmapRecorder {
  const { geometry, header, host, name } = image;
  const recorded = new Map<string, RecordedBitmap>();
  for (const bitmap of directory?.bitmaps ?? []) {
    if (!bitmap.enabled || bitmap.inconsistent || image.readOnly) continue;
    const bits = readBits(host, bitmap, header.size, geometry.clusterSize, name);
    recorded.set(bitmap.name, { granularity: bitmap.granularity, bits, changed: false });
  }
  return new BitmapRecorder(recorded);
}

/** Marks all bitmaps as in use, in the file. */
export function markInUse(host: HostFile, directory: BitmapDirectory): void {
  const bytes = withFlags(directory, (flags) => flags | BITMAP_IN_USE);
  writeDirectory(host, directory.offset, bytes);
}

/** Stores what was recorded, and takes the mark off all bitmaps but the inconsistent ones. */
export function storeBitmaps(
  image: Qcow2Image,
  directory: BitmapDirectory,
  recorder: BitmapRecorder,
): void {
  const bytes = withFlags(directory, (flags, { inconsistent }) =>
    inconsistent ? flags | BITMAP_IN_USE : flags & ~BITMAP_IN_USE,
  );
  const before: StoredBitmap[] = [];
  for (const bitmap of directory.bitmaps) {
    const recorded = recorder.bitmaps.get(bitmap.name);
    if (recorded === undefined || !recorded.changed) continue;
    bytes.writeBigUInt64BE(BigInt(writeBits(image, recorded)), bitmap.at);
    before.push(bitmap);
  }
  image.commitNow();
  writeDirectory(image.host, directory.offset, bytes);
  for (const bitmap of before) giveUpBits(image, bitmap);
}

function writeDirectory(host: HostFile, offset: number, bytes: Buffer): void {
  const autoclear = (bits: bigint): HostStep => {
    const field = Buffer.alloc(8);
    field.writeBigUInt64BE(bits);
    return { kind: "write", offset: AUTOCLEAR_FIELD, bytes: field };
  };
  const directory: HostStep = { kind: "write", offset, bytes };
  const steps = [autoclear(0n), SYNC, directory, SYNC, autoclear(AUTOCLEAR_BITMAPS), SYNC];
  for (const step of steps) host.stepNow(step);
}

/** Writes bits to new clusters, and a table that names them. Returns the table's offset. */
function writeBits(image: Qcow2Image, { bits }: RecordedBitmap): number {
  const { changes, geometry, host } = image;
  const { clusterSize } = geometry;
  const entries = Math.ceil(bits.length / clusterSize);
  const table = Buffer.alloc(entries * 8);
  for (let index = 0; index < entries; index++) {
    const part = bits.subarray(index * clusterSize, (index + 1) * clusterSize);
    if (part.every((byte) => byte === 0)) continue;
    const cluster = Buffer.alloc(clusterSize);
    cluster.set(part);
    const offset = changes.refcounts.allocate() * clusterSize;
    host.stepNow({ kind: "write", offset, bytes: cluster });
    table.writeBigUInt64BE(BigInt(offset), index * 8);
  }
  const clusters = Math.max(1, Math.ceil(table.length / clusterSize));
  const tableOffset = changes.refcounts.allocate(clusters) * clusterSize;
  host.stepNow({ kind: "write", offset: tableOffset, bytes: table });
  return tableOffset;
}

function giveUpBits(image: Qcow2Image, bitmap: StoredBitmap): void {
  const { clusterSize } = image.geometry;
  for (const offset of readBitmapTable(image.host, bitmap, image.name)) {
    if (offset > 1) image.giveUp(offset, 1);
  }
  image.giveUp(bitmap.tableOffset, Math.ceil((bitmap.tableEntries * 8) / clusterSize));
}

/** What bitmaps occupy in the file: directory, tables and bits, in bytes. */
export function* placesOf(
  host: HostFile,
  directory: BitmapDirectory,
  clusterSize: number,
  name: string,
): Generator<{ readonly what: string; readonly offset: number; readonly length: number }> {
  yield { what: "bitmap directory", offset: directory.offset, length: directory.bytes.length };
  for (const bitmap of directory.bitmaps) {
    const { tableOffset: offset, tableEntries } = bitmap;
    yield { what: "bitmap table", offset, length: tableEntries * 8 };
    for (const bits of readBitmapTable(host, bitmap, name)) {
      if (bits > 1) yield { what: "bits of a bitmap", offset: bits, length: clusterSize };
    }
  }
}
