/**
 * Discard and write-zeroes: whole clusters become a word in the L2 table, of others the bytes are
 * written (QEMU block/qcow2-cluster.c, `discard_in_l2_slice` and `zero_in_l2_slice`).
 *
 * Both give the host cluster back, and afterwards the guest reads zeros, whatever a backing file
 * has. Where that would take data to be written, a discard leaves alone what is absent, and the
 * backing file goes on to show: parts of clusters, and everything in version 2.
 */
import type { ClusterLocks } from "./cluster-locks.ts";
import type { Qcow2Image } from "./image.ts";
import { writeOffset, writeZeroEntry } from "./l2-entry.ts";
import { giveUpCluster, writePiece } from "./write-piece.ts";

/**
 * @param offset of the disk, in bytes
 * @param length in bytes
 * @param discard false: write-zeroes
 */
export async function zeroPiece(
  image: Qcow2Image,
  locks: ClusterLocks,
  offset: number,
  length: number,
  discard: boolean,
): Promise<void> {
  const { clusterSize } = image.geometry;
  const end = offset + length;
  const head = Math.min(end, Math.ceil(offset / clusterSize) * clusterSize);
  // The last cluster may be longer than the disk.
  const toTheEnd = end === image.header.size;
  const tail = toTheEnd ? end : Math.max(head, Math.floor(end / clusterSize) * clusterSize);
  await zeroBytes(image, locks, offset, head - offset, discard);
  const { backing, version } = image.header;
  const nothingIsZero = backing === null || (discard && version < 3);
  for (let at = head; at < tail; ) {
    const cluster = at / clusterSize;
    const left = Math.ceil((tail - at) / clusterSize);
    const bare = nothingIsZero ? image.mapping.withoutTable(cluster, left) : 0;
    const done = bare > 0 || zeroCluster(image, cluster);
    if (!done) await zeroBytes(image, locks, at, Math.min(clusterSize, tail - at), discard);
    at += Math.max(1, bare) * clusterSize;
  }
  await zeroBytes(image, locks, tail, end - tail, discard);
}

/** Zeroes a part of one cluster, unless it reads as zeros anyway. */
async function zeroBytes(
  image: Qcow2Image,
  locks: ClusterLocks,
  offset: number,
  length: number,
  discard: boolean,
): Promise<void> {
  if (length === 0) return;
  const cluster = Math.floor(offset / image.geometry.clusterSize);
  for (let busy = locks.waitFor(cluster, 1); busy !== null; ) {
    await busy;
    busy = locks.waitFor(cluster, 1);
  }
  const { kind } = image.mapping.entry(cluster);
  const absent = kind === "absent" && (discard || image.header.backing === null);
  if (absent || kind === "zero") return;
  await writePiece(image, locks, offset, [Buffer.alloc(length)]);
}

/** Makes a whole cluster read as zeros by its entry. Returns whether that was possible. */
export function zeroCluster(image: Qcow2Image, cluster: number): boolean {
  const { changes, header, mapping } = image;
  const entry = mapping.entry(cluster);
  const backed = header.backing !== null;
  if (entry.kind === "absent" && !backed) return true;
  if (entry.kind === "zero" && entry.offset === 0) return true;
  if (header.version < 3 && backed) return false;
  image.requireData(entry);
  mapping.change(cluster, changes, (table, index) => {
    if (header.version < 3) writeOffset(table, index, 0, false);
    else writeZeroEntry(table, index);
  });
  giveUpCluster(image, entry);
  return true;
}
