/**
 * The nodes to which writes serialise: those that hooks save to, where what is saved lies behind
 * the node itself (src/drivers/copy-before-write/fleecing.ts).
 *
 * Which hooks those are QEMU decides when they are opened; the profile `proposed` looks again
 * whenever the graph changes.
 */
import { DRIVERS } from "../drivers/registry.ts";
import { childEdges, type Graph, type GraphNode } from "../graph/graph.ts";
import type { Profile } from "../graph/profile.ts";

export function serialisedNodes(graph: Graph, profile: Profile): ReadonlySet<string> {
  const found = new Set<string>();
  for (const node of graph.nodes.values()) {
    if (!isFleecing(graph, node, profile)) continue;
    for (let name = childOf(graph, node.name, "target"); name !== null; ) {
      found.add(name);
      name = filteredBy(graph, name);
    }
  }
  return found;
}

function isFleecing(graph: Graph, node: GraphNode, profile: Profile): boolean {
  if (profile.fleecingTarget === "as-opened") return node.found.fleecing === true;
  return DRIVERS.get(node.driver)?.find?.(graph, node, DRIVERS).fleecing === true;
}

function childOf(graph: Graph, parent: string, edge: string): string | null {
  const edges = childEdges(graph, { kind: "node", name: parent });
  return edges.find(({ name }) => name === edge)?.child ?? null;
}

/** The child that a filter shows; null: the node is none. */
function filteredBy(graph: Graph, name: string): string | null {
  const filtered = childEdges(graph, { kind: "node", name }).find(({ roles }) =>
    roles.includes("filtered"),
  );
  return filtered?.child ?? null;
}
