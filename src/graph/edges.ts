/**
 * Attaching and detaching edges: the primitives that commands are made of.
 *
 * A node that was defined inline has no owner but its users: with the last of them it is closed,
 * and so are the inline nodes that only it used (QEMU block.c, `bdrv_unref`).
 */
import { childEdges, type Edge, type Graph, type Parent, parentEdges } from "./graph.ts";

/** Adds an edge; the newest edge stands first. */
export function attach(graph: Graph, edge: Edge): Graph {
  return { ...graph, edges: [edge, ...graph.edges] };
}

/** Removes all edges of a parent, and closes what that leaves without a user. */
export function detachParent(graph: Graph, parent: Parent): Graph {
  const children = childEdges(graph, parent).map((edge) => edge.child);
  const edges = graph.edges.filter((edge) => !sameParent(edge.parent, parent));
  return children.reduce(closeUnused, { ...graph, edges });
}

/** Makes the parent's only edge lead to another node; it counts as the newest edge there. */
export function moveRoot(graph: Graph, parent: Parent, child: string): Graph {
  const edge = graph.edges.find((candidate) => sameParent(candidate.parent, parent));
  if (edge === undefined) return graph;
  const others = graph.edges.filter((candidate) => candidate !== edge);
  return closeUnused(attach({ ...graph, edges: others }, { ...edge, child }), edge.child);
}

/** Removes a node and its edges. */
export function closeNode(graph: Graph, name: string): Graph {
  const nodes = new Map(graph.nodes);
  nodes.delete(name);
  return detachParent({ ...graph, nodes }, { kind: "node", name });
}

function closeUnused(graph: Graph, name: string): Graph {
  const ownerless = graph.nodes.get(name)?.monitorOwned === false;
  return ownerless && parentEdges(graph, name).length === 0 ? closeNode(graph, name) : graph;
}

function sameParent(one: Parent, other: Parent): boolean {
  return one.kind === other.kind && one.name === other.name;
}
