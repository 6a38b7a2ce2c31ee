/**
 * Persistent bitmaps go where their node goes: when it becomes read-only they are stored in its
 * image, and nobody may change them; when it can be written again they are marked as in use there
 * first, and record (QEMU block/qcow2-bitmap.c, `qcow2_reopen_bitmaps_ro` and `_rw`).
 *
 * A bitmap that is added while its node is read-only is not stored yet.
 */
import { type DirtyBitmap, type Graph, type GraphNode, withNode } from "./graph.ts";
import { recorderOf } from "./notice.ts";
import { telling } from "./telling.ts";

/** @param before a command, and after it */
export function withStoredBitmaps(before: Graph, after: Graph): Graph {
  let graph = after;
  for (const node of after.nodes.values()) {
    const was = before.nodes.get(node.name)?.readOnly;
    if (node.bitmaps.size === 0 || was === undefined || was === node.readOnly) continue;
    graph = moved(graph, node);
  }
  return graph;
}

function moved(graph: Graph, node: GraphNode): Graph {
  const stored = node.readOnly;
  const isMoved = (bitmap: DirtyBitmap) => bitmap.persistent && bitmap.stored !== stored;
  const names = [...node.bitmaps].flatMap(([name, bitmap]) => (isMoved(bitmap) ? [name] : []));
  const bitmaps = new Map(
    [...node.bitmaps].map(([name, bitmap]) => [
      name,
      isMoved(bitmap) ? { ...bitmap, stored } : bitmap,
    ]),
  );
  return telling(
    withNode(graph, { ...node, bitmaps }),
    ...names.map((name) => ({
      ...{ node: recorderOf(node.name, name), event: stored ? "STORE" : "USE" },
      ...{ chart: "node" as const, only: null },
    })),
  );
}
