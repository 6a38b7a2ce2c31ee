/**
 * Bits of persistent bitmaps in the file: clusters of them, and a table that names those clusters
 * (QEMU docs/interop/qcow2.rst, "Bitmap table" and "Bitmap data").
 */

import { type BitmapDirectory, readBitmapTable, type StoredBitmap } from "./bitmaps.ts";
import type { HostFile } from "./host-file.ts";
import type { Qcow2Image } from "./image.ts";

/** Where a bitmap is in the file. */
type Place = Pick<StoredBitmap, "tableOffset" | "tableEntries">;

/** Writes bits to new clusters, and a table that names them. */
export function writeBits(image: Qcow2Image, bits: Uint8Array): Place {
  const { host, geometry } = image;
  const { clusterSize } = geometry;
  const tableEntries = Math.ceil(bits.length / clusterSize);
  const table = Buffer.alloc(tableEntries * 8);
  for (let index = 0; index < tableEntries; index++) {
    const part = bits.subarray(index * clusterSize, (index + 1) * clusterSize);
    if (part.every((byte) => byte === 0)) continue;
    const cluster = Buffer.alloc(clusterSize);
    cluster.set(part);
    const offset = allocate(image, "bits of a bitmap", clusterSize);
    host.stepNow({ kind: "write", offset, bytes: cluster });
    table.writeBigUInt64BE(BigInt(offset), index * 8);
  }
  const tableOffset = allocate(image, "bitmap table", table.length);
  host.stepNow({ kind: "write", offset: tableOffset, bytes: table });
  return { tableOffset, tableEntries };
}

/**
 * New clusters for a part of what keeps bitmaps.
 * @param what for messages
 * @returns offset in bytes
 */
export function allocate(image: Qcow2Image, what: string, length: number): number {
  const { changes, geometry } = image;
  const clusters = Math.ceil(length / geometry.clusterSize);
  const offset = changes.refcounts.allocate(clusters) * geometry.clusterSize;
  changes.metadata.claim(what, offset, clusters * geometry.clusterSize);
  return offset;
}

/** Gives up the clusters of a bitmap, which nothing in the file may refer to any more. */
export function giveUpBits(image: Qcow2Image, bitmap: StoredBitmap): void {
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
  yield { what: "bitmap directory", offset: directory.offset, length: directory.length };
  for (const bitmap of directory.bitmaps) {
    const { tableOffset: offset, tableEntries } = bitmap;
    yield { what: "bitmap table", offset, length: tableEntries * 8 };
    for (const bits of readBitmapTable(host, bitmap, name)) {
      if (bits > 1) yield { what: "bits of a bitmap", offset: bits, length: clusterSize };
    }
  }
}
