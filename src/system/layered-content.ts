/**
 * What a window shows now: the bytes of its image, or of whichever layer has each cluster.
 */
import { BlockgraphError } from "../error.ts";
import type { ImageWindow } from "./image-window.ts";
import type { LiveNode } from "./live-node.ts";
import type { SystemNode } from "./system.ts";

/** Reads a whole image as it is now. The result must not change afterwards. */
export type ImageReader = (image: string) => Uint8Array;

/** @param nodes those of overlays are needed: they know which clusters are their own */
export function contentOf(
  { image, shift, overlay }: ImageWindow,
  length: number,
  read: ImageReader,
  nodes: ReadonlyMap<string, LiveNode>,
): Uint8Array {
  const own = read(image).subarray(shift, shift + length);
  if (overlay === null) return own;
  const node = nodes.get(overlay.node);
  if (node === undefined) {
    throw new BlockgraphError("request-invalid", `there is no node '${overlay.node}' to look into`);
  }
  const start = shift - overlay.shift;
  const content = new Uint8Array(own);
  const moved = { ...overlay.backing, shift: overlay.backing.shift + start };
  const behind = contentOf(moved, length, read, nodes);
  const { clusterSize } = node.description;
  node.clusters.forEach((state, cluster) => {
    if (isOwn(node.description, state)) return;
    const from = Math.max(0, cluster * clusterSize - start);
    const to = Math.min(length, (cluster + 1) * clusterSize - start);
    if (from < to) content.set(behind.subarray(from, to), from);
  });
  return content;
}

/** Whether a cluster in that state is a node's own, and not its backing file's. */
export function isOwn({ cluster, located }: SystemNode, state: number): boolean {
  if (cluster === null || located === null) return false;
  return cluster.replyTo(state, located.event) === located.own;
}
