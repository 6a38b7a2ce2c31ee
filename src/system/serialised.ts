/**
 * The nodes to which writes serialise: those that hooks save to, where what is saved lies behind
 * the node itself (src/drivers/copy-before-write/fleecing.ts).
 *
 * Which hooks those are QEMU decides when they are opened; the profile `proposed` looks again
 * whenever the graph changes.
 */
import { DRIVERS } from "../drivers/registry.ts";
import { childEdges, filteredEdge, type Graph, type GraphNode } from "../graph/graph.ts";
import type { Profile } from "../graph/profile.ts";

export function serialisedNodes(graph: Graph, profile: Profile): ReadonlySet<string> {
  const found = new Set<string>();
  for (const node of graph.nodes.values()) {
    if (!isFleecing(graph, node, profile)) continue;
    const children = childEdges(graph, { kind: "node", name: node.name });
    let edge = children.find(({ name }) => name === "target");
    for (; edge !== undefined; edge = filteredEdge(graph, edge.child)) found.add(edge.child);
  }
  return found;
}

function isFleecing(graph: Graph, node: GraphNode, profile: Profile): boolean {
  if (profile.fleecingTarget === "as-opened") return node.found.fleecing === true;
  return DRIVERS.get(node.driver)?.find?.(graph, node, DRIVERS).fleecing === true;
}
