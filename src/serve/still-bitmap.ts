/**
 * A bitmap that stands for what another one says that is kept elsewhere: in the image of a disk, as
 * persistent bitmaps are.
 */
import { recorderOf } from "../graph/notice.ts";
import type { LiveGraph } from "./live-graph.ts";

/** What a bitmap says. */
export interface BitmapContent {
  /** bytes that a bit stands for */
  readonly granularity: number;
  /** the lowest bit of a byte is the first */
  readonly bits: Uint8Array;
}

/**
 * Marks in a bitmap of the graph, which nothing may have been made of yet, each cluster of which
 * the content says that a part is dirty.
 */
export function fillBitmap(
  live: LiveGraph,
  node: string,
  name: string,
  { granularity, bits }: BitmapContent,
): void {
  const recorder = live.session.execution.node(recorderOf(node, name));
  const { cluster, clusterSize } = recorder.description;
  if (cluster === null) throw new Error("a bitmap has clusters");
  const marked = cluster.event("MARK");
  const isDirty = (bit: number) => (((bits[bit >>> 3] ?? 0) >> (bit % 8)) & 1) === 1;
  for (const [index, state] of recorder.clusters.entries()) {
    const first = Math.floor((index * clusterSize) / granularity);
    const end = Math.ceil(((index + 1) * clusterSize) / granularity);
    let dirty = false;
    for (let bit = first; bit < end && !dirty; bit++) dirty = isDirty(bit);
    if (dirty) recorder.clusters[index] = cluster.next(state, marked);
  }
}
