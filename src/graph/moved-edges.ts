/**
 * Who moves: the links that a command leads to another node.
 *
 * An insertion that names nobody moves all who use a node, also those who did not mean to (defects
 * R02 and R03); this is the list of them, for everybody to see.
 */
import type { Edge, Graph, Parent } from "./graph.ts";

export interface MovedEdge {
  readonly parent: Parent;
  /** of the edge: `file`, `root` */
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

/** A link that is not what it was. */
export interface ChangedEdge {
  readonly edge: Edge;
  /** the node that it leads to now; null: it is gone */
  readonly to: string | null;
}

/**
 * In the order in which the graph before had them, newest first. A job holds several nodes by links
 * of one name, none of which ever moves: one that is still there has not changed.
 */
export function changedEdges(before: Graph, after: Graph): ChangedEdge[] {
  const linked = (edge: Edge) => `${placeOf(edge)} ${edge.child}`;
  const there = new Set(after.edges.map(linked));
  const now = new Map(after.edges.map((edge) => [placeOf(edge), edge.child]));
  return before.edges
    .filter((edge) => !there.has(linked(edge)))
    .map((edge) => ({ edge, to: now.get(placeOf(edge)) ?? null }));
}

/** Those of them that lead to another node. */
export function movedEdges(before: Graph, after: Graph): MovedEdge[] {
  return changedEdges(before, after).flatMap(({ edge: { parent, name, child: from }, to }) =>
    to === null ? [] : [{ parent, name, from, to }],
  );
}

function placeOf({ parent, name }: Edge): string {
  return JSON.stringify([parent.kind, parent.name, name]);
}
