/**
 * The option `bitmap` of what keeps a point in time: a dirty bitmap of what was written since an
 * earlier one. What that has not recorded when the node is opened is left out (incremental
 * fleecing, QEMU block/copy-before-write.c, `cbw_open`).
 */
import { z } from "zod";
import { findBitmap, requireMergeable, requireUsable } from "../graph/dirty-bitmap.ts";
import type { Graph, GraphNode } from "../graph/graph.ts";
import { type Notice, recorderOf } from "../graph/notice.ts";

export const bitmapOption = z
  .strictObject({
    node: z.string().meta({ description: "name of its node" }),
    name: z.string().meta({ description: "name of the bitmap" }),
  })
  .optional()
  .meta({ description: "dirty bitmap of the clusters to keep; default: all" });

/**
 * Looks for the bitmap of a node.
 * @returns a check that it can be used now, since others are looked for first; null: it has none
 * @throws BlockgraphError `graph-refused` if there is no such bitmap
 */
export function namedBitmap(
  graph: Graph,
  { name, options }: GraphNode,
): { readonly name: string; requireUsable(): void } | null {
  const named = bitmapOption.parse(options.bitmap);
  if (named === undefined) return null;
  const bitmap = findBitmap(graph, named.node, named.name);
  return {
    name: named.name,
    requireUsable() {
      requireUsable(graph, named.node, named.name);
      requireMergeable(bitmap, graph.nodes.get(name)?.length ?? null);
    },
  };
}

/** @param events which the node's clusters are told that are left out */
export function leavingOut(
  { name, options }: GraphNode,
  events: readonly string[],
): readonly Notice[] {
  const bitmap = bitmapOption.parse(options.bitmap);
  if (bitmap === undefined) return [];
  const asked = { node: recorderOf(bitmap.node, bitmap.name), event: "LOOK", reply: "DIRTY" };
  return events.map((event) => ({ node: name, event, only: { ...asked, matching: false } }));
}
