/**
 * Attaching and detaching edges: the primitives that commands are made of.
 */
import type { Edge, Graph, Parent } from "./graph.ts";

/** Adds an edge; the newest edge stands first. */
export function attach(graph: Graph, edge: Edge): Graph {
  return { ...graph, edges: [edge, ...graph.edges] };
}

/** Removes all edges of a parent. */
export function detachParent(graph: Graph, parent: Parent): Graph {
  const edges = graph.edges.filter((edge) => !sameParent(edge.parent, parent));
  return { ...graph, edges };
}

/** Makes the parent's only edge lead to another node; it counts as the newest edge there. */
export function moveRoot(graph: Graph, parent: Parent, child: string): Graph {
  const edge = graph.edges.find((candidate) => sameParent(candidate.parent, parent));
  if (edge === undefined) return graph;
  return attach(detachParent(graph, parent), { ...edge, child });
}

function sameParent(one: Parent, other: Parent): boolean {
  return one.kind === other.kind && one.name === other.name;
}
