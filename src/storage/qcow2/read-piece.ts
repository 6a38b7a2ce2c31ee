/**
 * Reading: clusters that follow each other in the disk and in the file are read in one call.
 */
import type { BufferCursor } from "./buffer-cursor.ts";
import { Damage } from "./damage.ts";
import type { Qcow2Image } from "./image.ts";
import { inflateCluster } from "./inflate.ts";
import type { L2Entry } from "./l2-entry.ts";

/**
 * @param offset of the disk, in bytes
 * @param length in bytes
 * @param into takes the bytes
 */
export async function readPiece(
  image: Qcow2Image,
  offset: number,
  length: number,
  into: BufferCursor,
): Promise<void> {
  const { clusterSize } = image.geometry;
  const reads: Promise<void>[] = [];
  const end = offset + length;
  let at = offset;
  try {
    while (at < end) {
      const entry = image.mapping.entry(Math.floor(at / clusterSize));
      const next = entry.kind === "compressed" ? at - (at % clusterSize) + clusterSize : null;
      const stop = Math.min(end, next ?? runEnd(image, entry, at, end));
      const buffers = into.take(stop - at);
      if (entry.kind === "data") {
        const within = at % clusterSize;
        reads.push(image.host.read(hostOffset(image, entry) + within, buffers));
      } else if (entry.kind === "compressed") {
        reads.push(copyInflated(image, entry, at % clusterSize, buffers));
      } else {
        for (const buffer of buffers) buffer.fill(0);
      }
      at = stop;
    }
  } finally {
    // Whatever happens, nobody may write into the buffers any more when the request has ended.
    await Promise.allSettled(reads);
  }
  await Promise.all(reads);
}

/** Where the clusters end that follow one in the file as they do in the disk. */
function runEnd(image: Qcow2Image, first: L2Entry, from: number, end: number): number {
  const { clusterSize } = image.geometry;
  const start = Math.floor(from / clusterSize);
  let cluster = start + 1;
  for (; cluster * clusterSize < end; cluster++) {
    const { kind, offset } = image.mapping.entry(cluster);
    if (first.kind === "data") {
      if (kind !== "data" || offset !== first.offset + (cluster - start) * clusterSize) break;
    } else if (kind !== "absent" && kind !== "zero") {
      break;
    }
  }
  return cluster * clusterSize;
}

/** @throws Damage if the file ends before it */
function hostOffset(image: Qcow2Image, { offset }: L2Entry): number {
  if (offset < image.host.size) return offset;
  throw new Damage(`an L2 entry names a data cluster at ${offset}, beyond the end of the file`);
}

async function copyInflated(
  image: Qcow2Image,
  entry: L2Entry,
  from: number,
  buffers: readonly Uint8Array[],
): Promise<void> {
  const cluster = await inflateCluster(image, entry);
  let at = from;
  for (const buffer of buffers) {
    buffer.set(cluster.subarray(at, at + buffer.length));
    at += buffer.length;
  }
}

/** A whole guest cluster as it is, for who writes a part of it to another place. */
export async function readCluster(image: Qcow2Image, entry: L2Entry): Promise<Uint8Array> {
  if (entry.kind === "compressed") return inflateCluster(image, entry);
  const cluster = Buffer.alloc(image.geometry.clusterSize);
  if (entry.kind === "data") await image.host.read(hostOffset(image, entry), [cluster]);
  return cluster;
}
