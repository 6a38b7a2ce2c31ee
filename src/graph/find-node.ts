/**
 * Looking up the node that a command names; commands differ in what they say if there is none.
 */
import type { Graph, GraphNode } from "./graph.ts";
import { refuse } from "./refuse.ts";

/** Where a name may be a device's or a node's (blockdev.c, `bdrv_lookup_bs` with both). */
export function findDeviceOrNode(graph: Graph, name: string): GraphNode {
  return find(graph, name, `Cannot find device='${name}' nor node-name='${name}'`);
}

/** Where a name can only be a node's. */
export function findNode(graph: Graph, name: string): GraphNode {
  return find(graph, name, `Cannot find device='' nor node-name='${name}'`);
}

/** @throws BlockgraphError `graph-refused` with that text */
export function find(graph: Graph, name: string, otherwise: string): GraphNode {
  const node = graph.nodes.get(name);
  if (node === undefined) throw refuse(otherwise);
  return node;
}
