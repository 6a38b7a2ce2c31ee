/**
 * What an image has of its disk itself, for a block graph that has to know where its backing file
 * shows.
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
 * @throws Damage
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
    at = (cluster + Math.max(1, image.mapping.withoutTable(cluster, left))) * clusterSize;
  }
  if (end > start) yield { kind, offset: start, length: end - start };
}

function kindAt(image: Qcow2Image, offset: number): OwnClusters["kind"] {
  if (offset >= image.header.size) return "absent";
  const { kind } = image.mapping.entry(Math.floor(offset / image.geometry.clusterSize));
  return kind === "compressed" ? "data" : kind;
}
