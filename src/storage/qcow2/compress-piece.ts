/**
 * Writing compressed: each guest cluster becomes a raw deflate stream, and these stand one behind
 * the other in the file (QEMU block/qcow2.c, `qcow2_co_pwritev_compressed_task`).
 *
 * As in QEMU it is for whole clusters, of which the disk's last may be short, and for such as hold
 * no data: "compression can't overwrite anything". What does not shrink is written as it is, also
 * over data.
 *
 * Others who are busy with a cluster need not be thought of: they would be with a byte of this
 * request, and the queue keeps those apart (queue.ts).
 *
 * Limit: images whose clusters are zstd frames get none (`ENOTSUP`).
 */
import { deflateRaw } from "node:zlib";
import type { ClusterLocks } from "./cluster-locks.ts";
import type { Qcow2Image } from "./image.ts";
import { writeCompressedEntry } from "./l2-entry.ts";
import { giveUpCluster, writePiece } from "./write-piece.ts";

/** As QEMU has it: readers need no more memory than for a window of 4 KiB. */
const DEFLATE = { windowBits: 12, memLevel: 9 } as const;

/** A guest cluster of a write. */
interface Cluster {
  /** guest cluster */
  readonly number: number;
  /** what is written; beyond the end of the disk there are zeros */
  readonly bytes: Uint8Array;
  readonly deflated: Uint8Array;
}

/** One that has got its place. */
interface Placed {
  readonly number: number;
  readonly deflated: Uint8Array;
  /** byte offset in the file */
  readonly offset: number;
}

/**
 * @param offset of the disk, in bytes
 * @param data what to write
 * @throws Error with the code EINVAL for parts of clusters, EIO for such as hold data, ENOTSUP for
 *   an image with another compression
 */
export async function compressPiece(
  image: Qcow2Image,
  locks: ClusterLocks,
  offset: number,
  data: readonly Uint8Array[],
): Promise<void> {
  const { clusterSize } = image.geometry;
  const length = data.reduce((sum, part) => sum + part.length, 0);
  requireWhole(image, offset, length);
  if (image.header.compression !== "zlib") throw refused("ENOTSUP", "zstd is not written");
  const clusters = await Promise.all(clustersOf(offset / clusterSize, clusterSize, data));
  const shrunk = clusters.filter(({ deflated }) => deflated.length < clusterSize);
  if (shrunk.some(({ number }) => image.mapping.entry(number).offset > 0)) {
    throw refused("EIO", "they hold data");
  }
  await writeShrunk(image, shrunk);
  const end = offset + length;
  for (const { number, bytes, deflated } of clusters) {
    if (deflated.length < clusterSize) continue;
    const at = number * clusterSize;
    await writePiece(image, locks, at, [bytes.subarray(0, end - at)]);
  }
}

function requireWhole({ geometry, header }: Qcow2Image, offset: number, length: number): void {
  const { clusterSize } = geometry;
  const isWhole = length % clusterSize === 0 || offset + length === header.size;
  if (offset % clusterSize !== 0 || !isWhole) throw refused("EINVAL", "it is parts of them");
}

function refused(code: string, text: string): Error {
  return Object.assign(new Error(`no clusters are compressed: ${text}`), { code });
}

function clustersOf(
  first: number,
  clusterSize: number,
  data: readonly Uint8Array[],
): Promise<Cluster>[] {
  const all = Buffer.concat(data);
  const count = Math.ceil(all.length / clusterSize);
  return Array.from({ length: count }, async (_, index) => {
    const part = all.subarray(index * clusterSize, (index + 1) * clusterSize);
    const bytes = Buffer.alloc(clusterSize);
    bytes.set(part);
    return { number: first + index, bytes, deflated: await deflate(bytes) };
  });
}

function deflate(cluster: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    deflateRaw(cluster, DEFLATE, (error, bytes) => {
      if (error === null) resolve(bytes);
      else reject(error);
    });
  });
}

/** Writes what has shrunk. The data is in the file before the L2 table says so. */
async function writeShrunk(image: Qcow2Image, shrunk: readonly Cluster[]): Promise<void> {
  const { changes, geometry, mapping } = image;
  const places: Placed[] = [];
  try {
    for (const { number, deflated } of shrunk) {
      const offset = changes.refcounts.allocateBytes(deflated.length);
      places.push({ number, deflated, offset });
    }
    await writeAll(image, places);
    for (let place = places[0]; place !== undefined; place = places[0]) {
      const extent = { offset: place.offset, length: place.deflated.length };
      mapping.change(place.number, changes, (table, index) =>
        writeCompressedEntry(table, index, extent, geometry),
      );
      places.shift();
    }
  } catch (error) {
    for (const { offset, deflated } of places) {
      giveUpCluster(image, { offset, length: deflated.length });
    }
    throw error;
  }
}

/** Writes all, those that stand one behind the other in one call. */
async function writeAll({ host }: Qcow2Image, places: readonly Placed[]): Promise<void> {
  const runs: { readonly start: number; end: number; readonly bytes: Uint8Array[] }[] = [];
  for (const { offset, deflated } of places) {
    const last = runs.at(-1);
    if (last?.end === offset) {
      last.bytes.push(deflated);
      last.end += deflated.length;
    } else runs.push({ start: offset, end: offset + deflated.length, bytes: [deflated] });
  }
  // Places may be given to others only when nobody writes to them any more.
  const writes = runs.map(({ start, bytes }) => host.write(start, bytes));
  await Promise.allSettled(writes);
  await Promise.all(writes);
}
