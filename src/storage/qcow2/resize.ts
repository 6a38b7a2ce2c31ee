/**
 * Another size for the disk that an image shows. Nobody may use the image meanwhile.
 *
 * A larger L1 table gets a new place. It is stable there before the header names it, and the old
 * one is free only afterwards (QEMU block/qcow2-cluster.c, `qcow2_grow_l1_table`).
 */
import fs from "node:fs";
import { BlockgraphError } from "../../error.ts";
import { orRefuse } from "../file-refusal.ts";
import type { StoredBitmap } from "./bitmaps.ts";
import { l1EntriesFor } from "./geometry.ts";
import { type HostFile, OpenedFile, SYNC } from "./host-file.ts";
import type { Qcow2Image } from "./image.ts";
import { ImageBitmaps, type KeptBitmap } from "./image-bitmaps.ts";
import { writeDataEntry, writeOffset } from "./l2-entry.ts";
import { L1_TABLE_MAX } from "./mapping.ts";
import { openQcow2Image } from "./open-image.ts";
import { giveUpCluster } from "./write-piece.ts";
import { zeroCluster } from "./zero-piece.ts";

/** where the header says the size (8 bytes), and the L1 table's entries (4) and offset (8) */
const SIZE_FIELD = 24;
const L1_FIELDS = 36;

export interface ResizeOptions {
  /**
   * bytes that the backing file has; what it has beyond them needs not be hidden. Default: any
   * number
   */
  readonly behind?: number;
  /** whether it may lose what lies beyond its new end. Default: false */
  readonly shrink?: boolean;
}

/**
 * What is added reads as zeros, also where the backing file is longer than the disk was. Bitmaps
 * keep what they have recorded; those that are in use stay as they are, for whoever has them to
 * store.
 *
 * @param size bytes
 * @throws BlockgraphError `bad-argument`: a size that it cannot have, or a smaller one than it has,
 * unless it may shrink; or it cannot hide what its backing file has there; `image-unusable`
 */
export function resizeQcow2(path: string, size: number, options: ResizeOptions = {}): void {
  const fd = orRefuse(path, () => fs.openSync(path, fs.constants.O_RDWR | fs.constants.O_NONBLOCK));
  const host = new OpenedFile(fd);
  try {
    resizeOn(host, path, size, options);
  } finally {
    host.close();
  }
}

/** The same in any host file. */
export function resizeOn(
  host: HostFile,
  name: string,
  size: number,
  { behind = size, shrink = false }: ResizeOptions = {},
): void {
  const { image, facts, l1 } = openQcow2Image(host, name, {});
  const { geometry, header } = image;
  const refuse = (text: string) => new BlockgraphError("bad-argument", `${name}: ${text}`);
  if (!Number.isInteger(size) || size < 0) {
    throw refuse(`an image cannot have ${size} bytes: give a whole number, 0 or more`);
  }
  if (size < header.size && !shrink) {
    throw refuse("an image does not shrink here: use `qemu-img resize --shrink`");
  }
  if (header.version < 3 && facts.snapshots.length > 0) {
    throw refuse("Can't resize a v2 image which has snapshots");
  }
  const entries = l1EntriesFor(size, geometry);
  if (entries * 8 > L1_TABLE_MAX || size > Number.MAX_SAFE_INTEGER) {
    throw refuse(
      `The image size is too large: clusters of ${geometry.clusterSize} bytes reach not so far`,
    );
  }
  const bitmaps = new ImageBitmaps(image, facts.directory);
  const recorded = bitmaps.list.filter(({ inconsistent }) => !inconsistent);
  const kept = bitmaps.list.map((bitmap) => resizedBitmap(bitmap, bitmaps, size));
  if (recorded.length > 0) bitmaps.use();
  if (entries > header.l1Entries) growL1(image, l1, entries);
  if (size > header.size) clearTail(image, header.size);
  const hidden = Math.min(size, behind);
  if (header.backing !== null && hidden > header.size) hideBacking(host, name, hidden);
  if (size < header.size) dropEnd(image, size);
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(size));
  host.stepNow({ kind: "write", offset: SIZE_FIELD, bytes });
  host.stepNow(SYNC);
  if (recorded.length > 0) bitmaps.store(kept);
}

/** Nothing is recorded of what is added, as QEMU has it (block/dirty-bitmap.c). */
function resizedBitmap(
  { name, granularity, enabled, inconsistent }: StoredBitmap,
  bitmaps: ImageBitmaps,
  size: number,
): KeptBitmap {
  if (inconsistent) return { name, granularity, enabled, bits: null };
  const count = Math.ceil(size / granularity);
  const bits = new Uint8Array(Math.ceil(count / 8));
  bits.set(bitmaps.bits(name).subarray(0, bits.length));
  const last = bits.length - 1;
  if (count % 8 > 0) bits[last] = (bits[last] ?? 0) & (2 ** (count % 8) - 1);
  return { name, granularity, enabled, bits };
}

/**
 * Gives back what lies beyond an end, which is not found again when the disk grows: clusters, and
 * the rest of one that is in part beyond it (QEMU block/qcow2.c, `qcow2_co_truncate`). Tables that
 * are empty then stay.
 */
function dropEnd(image: Qcow2Image, size: number): void {
  const { changes, geometry, header, host, mapping } = image;
  const { clusterSize } = geometry;
  const end = Math.ceil(header.size / clusterSize);
  for (let cluster = Math.ceil(size / clusterSize); cluster < end; ) {
    const bare = mapping.withoutTable(cluster, end - cluster);
    const entry = bare > 0 ? null : mapping.entry(cluster);
    if (entry !== null && entry.kind !== "absent") {
      image.requireData(entry);
      mapping.change(cluster, changes, (table, index) => writeOffset(table, index, 0, false));
      giveUpCluster(image, entry);
    }
    cluster += Math.max(1, bare);
  }
  image.commitNow();
  clearTail(image, size);
  host.stepNow(SYNC);
}

/**
 * Makes zeros of what a cluster has beyond an end that lies within it. A cluster that a snapshot
 * has as well stays as it is, and the disk gets one of its own.
 */
function clearTail(image: Qcow2Image, end: number): void {
  const { changes, geometry, host, mapping } = image;
  const { clusterSize } = geometry;
  const cluster = Math.floor(end / clusterSize);
  const kept = end % clusterSize;
  const entry = kept > 0 ? mapping.entry(cluster) : null;
  if (entry?.kind !== "data") return;
  image.requireData(entry);
  if (entry.copied) {
    const bytes = Buffer.alloc(clusterSize - kept);
    host.stepNow({ kind: "write", offset: entry.offset + kept, bytes });
    return;
  }
  const bytes = Buffer.alloc(clusterSize);
  host.readNow(entry.offset, kept).copy(bytes);
  const offset = changes.refcounts.allocate(1) * clusterSize;
  host.stepNow({ kind: "write", offset, bytes });
  mapping.change(cluster, changes, (table, index) => writeDataEntry(table, index, offset));
  image.commitNow();
  giveUpCluster(image, entry);
  image.commitNow();
}

/**
 * Has the disk read as zeros from its end up to what will be its end, before it gets longer: else
 * its backing file would show there (QEMU block.c, `bdrv_co_truncate`).
 */
function hideBacking(host: HostFile, name: string, end: number): void {
  const { image } = openQcow2Image(host, name, {});
  const { geometry, header, mapping } = image;
  const { clusterSize } = geometry;
  const refuse = (text: string) => new BlockgraphError("bad-argument", `${name}: ${text}`);
  const inLast = header.size % clusterSize;
  const last = inLast > 0 ? mapping.entry(Math.floor(header.size / clusterSize)) : null;
  if (last?.kind === "absent" || last?.kind === "compressed") {
    throw refuse(
      "its last cluster is in part beyond its end, and not written: use `qemu-img resize`",
    );
  }
  for (let cluster = Math.ceil(header.size / clusterSize); cluster * clusterSize < end; cluster++) {
    if (zeroCluster(image, cluster)) continue;
    throw refuse(
      "version 2 cannot hide what its backing file has there: `qemu-img amend` it first",
    );
  }
  image.commitNow();
  host.stepNow(SYNC);
}

function growL1(image: Qcow2Image, before: Buffer, entries: number): void {
  const { changes, geometry, header, host } = image;
  const { clusterSize } = geometry;
  const table = Buffer.alloc(entries * 8);
  before.copy(table);
  const offset = changes.refcounts.allocate(Math.ceil(table.length / clusterSize)) * clusterSize;
  host.stepNow({ kind: "write", offset, bytes: table });
  image.commitNow();
  const fields = Buffer.alloc(12);
  fields.writeUInt32BE(entries, 0);
  fields.writeBigUInt64BE(BigInt(offset), 4);
  host.stepNow({ kind: "write", offset: L1_FIELDS, bytes: fields });
  host.stepNow(SYNC);
  image.giveUp(header.l1Offset, Math.ceil(before.length / clusterSize));
  image.commitNow();
}
