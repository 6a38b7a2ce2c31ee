/**
 * Replacing a node by another under all its parents (QEMU block.c, `bdrv_replace_node`).
 *
 * A parent moves unless it lies below the new node itself: its way to the old node stays, which is
 * what keeps the graph free of cycles (`should_update_child`). Jobs stay as well. Everybody else
 * moves, also who did not mean to: a view of the old node becomes one of the new (defects R02 and
 * R03 of the reference).
 */
import type { DriverCatalogue } from "./catalogue.ts";
import { isFrozen } from "./frozen.ts";
import type { Edge, Graph } from "./graph.ts";
import { refuse } from "./refuse.ts";
import { Topology } from "./topology.ts";

/** The edges that {@link replaceNode} moves, newest first. */
function movedParents(graph: Graph, from: string, to: string): readonly Edge[] {
  const topology = new Topology(graph);
  const below = new Set(topology.order([to]));
  return topology
    .parents(from)
    .filter(({ parent }) => parent.kind !== "job")
    .filter(({ parent }) => parent.kind !== "node" || !below.has(parent.name));
}

/**
 * Rewires; permissions are refreshed by whoever asks. Moved edges are the newest of their node.
 * @throws BlockgraphError `graph-refused` if an edge that would move is frozen
 */
export function replaceNode(
  graph: Graph,
  from: string,
  to: string,
  drivers: DriverCatalogue,
): Graph {
  const moved = movedParents(graph, from, to);
  const frozen = moved.find((edge) => isFrozen(graph, edge, drivers));
  if (frozen !== undefined) throw refuse(`Cannot change '${frozen.name}' link to '${from}'`);
  const others = graph.edges.filter((edge) => !moved.includes(edge));
  // QEMU walks the list from the newest on, and puts each in front: their order is turned round.
  const arrived = [...moved].reverse().map((edge) => ({ ...edge, child: to }));
  return { ...graph, edges: [...arrived, ...others] };
}
