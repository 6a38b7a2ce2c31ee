/**
 * What an image has of its disk itself, for a block graph that has to know where its backing file
 * shows.
 *
 * Where its metadata contradicts itself, or cannot be read, nobody knows. That is taken for data:
 * who reads it finds out, and the rest of the disk is served, as in QEMU.
 */
import type { Qcow2Image } from "./image.ts";

/** A range of the disk of one kind. */
export interface OwnClusters {
  /** `absent`: a backing file shows; `zero`: reads as zeros, whatever a backing file has */
  readonly kind: "absent" | "data" | "zero";
  /** bytes */
  readonly offset: number;
  readonly length: number;
}

/**
 * @param offset in bytes
 * @param length in bytes
 */
export function* ownClusters(
  image: Qcow2Image,
  offset: number,
  length: number,
): Generator<OwnClusters> {
  const { clusterSize } = image.geometry;
  const end = offset + length;
  let [start, kind] = [offset, kindAt(image, offset)];
  for (let at = offset; at < end; ) {
    const cluster = Math.floor(at / clusterSize);
    const next = kindAt(image, at);
    if (next !== kind) {
      yield { kind, offset: start, length: at - start };
      [start, kind] = [at, next];
    }
    const left = Math.ceil((end - at) / clusterSize);
    at = (cluster + Math.max(1, bareAt(image, cluster, left))) * clusterSize;
  }
  if (end > start) yield { kind, offset: start, length: end - start };
}

function kindAt(image: Qcow2Image, offset: number): OwnClusters["kind"] {
  if (offset >= image.header.size) return "absent";
  const cluster = Math.floor(offset / image.geometry.clusterSize);
  return unlessDamaged("data", () => {
    const { kind } = image.mapping.entry(cluster);
    return kind === "compressed" ? "data" : kind;
  });
}

/** How many clusters from one on have no L2 table, at most `left`. */
function bareAt(image: Qcow2Image, cluster: number, left: number): number {
  return unlessDamaged(0, () => image.mapping.withoutTable(cluster, left));
}

function unlessDamaged<T>(otherwise: T, look: () => T): T {
  try {
    return look();
  } catch (error) {
    if (error instanceof Error && "code" in error) return otherwise;
    throw error;
  }
}
