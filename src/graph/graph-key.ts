/**
 * Graphs as texts: equal texts, equal graphs.
 *
 * The order of edges is left out: it decides which of two conflicts a refusal names, and nothing
 * else. So is the count of names that were given automatically, which only ever grows.
 */
import type { Edge, Graph, GraphNode } from "./graph.ts";

export function graphKey(graph: Graph): string {
  const { nodes, edges, devices, exports, jobs, nbdServer, locks, throttleGroups } = graph;
  return JSON.stringify([
    [...nodes.values()].map(nodeKey).sort(),
    edges.map(edgeKey).sort(),
    ...[devices, exports, jobs, locks].map((entries) => [...entries].sort(byName)),
    nbdServer,
    [...throttleGroups].sort(),
  ]);
}

function nodeKey({ bitmaps, ...node }: GraphNode): string {
  return JSON.stringify([node, [...bitmaps].sort(byName)]);
}

function edgeKey({ parent, name, child, roles, perm, shared, suspended }: Edge): string {
  const waiting = suspended === undefined ? [] : [suspended.perm, suspended.shared];
  return [parent.kind, parent.name, name, child, roles.join("+"), perm, shared, ...waiting].join(
    " ",
  );
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
