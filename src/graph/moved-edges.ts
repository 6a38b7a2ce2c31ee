/**
 * Who moves: the links that a command leads to another node.
 *
 * An insertion that names nobody moves all who use a node, also those who did not mean to (defects
 * R02 and R03); this is the list of them, for everybody to see.
 */
import { type Graph, type Parent, sameParent } from "./graph.ts";

export interface MovedEdge {
  readonly parent: Parent;
  /** of the edge: `file`, `root` */
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

/** In the order in which the graph before had them, newest first. */
export function movedEdges(before: Graph, after: Graph): MovedEdge[] {
  return before.edges.flatMap(({ parent, name, child }) => {
    const now = after.edges.find(
      (edge) => edge.name === name && sameParent(edge.parent, parent),
    )?.child;
    return now === undefined || now === child ? [] : [{ parent, name, from: child, to: now }];
  });
}
