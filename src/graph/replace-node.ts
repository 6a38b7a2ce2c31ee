/**
 * Replacing a node by another under all its parents (QEMU block.c, `bdrv_replace_node`).
 *
 * A parent moves unless it lies below the new node itself: its way to the old node stays, which is
 * what keeps the graph free of cycles (`should_update_child`). Jobs stay as well. Everybody else
 * moves, also who did not mean to: a view of the old node becomes one of the new (defects R02 and
 * R03 of the reference), unless the profile makes views stay.
 *
 * QEMU before 4.0 only let the new node's own links stay. A cache that lies below the new hook and
 * has the old node as its backing file was moved above it: a loop, in which QEMU lost itself.
 */
import type { CommandContext } from "./command.ts";
import { isFrozen } from "./frozen.ts";
import type { Edge, Graph } from "./graph.ts";
import { NO_DEMANDS } from "./permission.ts";
import { isRefusal, leaving, Refusal, refuse } from "./refuse.ts";
import { Topology } from "./topology.ts";

/** The edges that {@link replaceNode} moves, newest first. */
function movedParents(
  graph: Graph,
  from: string,
  to: string,
  { profile }: CommandContext,
): readonly Edge[] {
  const topology = Topology.of(graph);
  const below = new Set(topology.order([to]));
  const staying = profile.replacedParents === "all-but-own-links" ? new Set([to]) : below;
  const moved = topology
    .parents(from)
    .filter(({ parent }) => parent.kind !== "job")
    .filter(({ parent }) => parent.kind !== "node" || !staying.has(parent.name))
    .filter((edge) => profile.views === "move" || !isView(edge));
  const damaged = moved.find(({ parent }) => parent.kind === "node" && below.has(parent.name));
  if (damaged === undefined) return moved;
  const { name, parent } = damaged;
  throw new Refusal(
    `Replacing '${from}' by '${to}' moves the '${name}' link of '${parent.name}' to '${to}', ` +
      `above which it must not lead: a loop; connect '${parent.name}' afterwards`,
    null,
    "abort",
  );
}

/**
 * Judges a graph in which edges were moved; if it is refused, they are led back, one after the
 * other, and stand in front of those that had stayed.
 * @param before the graph before they were moved
 * @throws Refusal with what is left of `before`
 */
export function orMovedBack(before: Graph, moved: Graph, judge: () => Graph): Graph {
  try {
    return judge();
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const still = new Set(moved.edges);
    const led = before.edges.filter((edge) => !still.has(edge));
    const stayed = before.edges.filter((edge) => still.has(edge));
    throw leaving(error, { ...before, edges: [...led, ...stayed] });
  }
}

/** An edge that neither requires anything nor minds: the way of a view to what it is a view of. */
function isView({ perm, shared, roles }: Edge): boolean {
  return roles.includes("data") && perm === NO_DEMANDS.perm && shared === NO_DEMANDS.shared;
}

/**
 * Rewires; permissions are refreshed by whoever asks. Moved edges are the newest of their node.
 * @throws BlockgraphError `graph-refused` if an edge that would move is frozen
 */
export function replaceNode(
  graph: Graph,
  from: string,
  to: string,
  context: CommandContext,
): Graph {
  const moved = movedParents(graph, from, to, context);
  const frozen = moved.find((edge) => isFrozen(graph, edge, context.drivers));
  if (frozen !== undefined) throw refuse(`Cannot change '${frozen.name}' link to '${from}'`);
  const others = graph.edges.filter((edge) => !moved.includes(edge));
  // QEMU walks the list from the newest on, and puts each in front: their order is turned round.
  const arrived = [...moved].reverse().map((edge) => ({ ...edge, child: to }));
  return { ...graph, edges: [...arrived, ...others] };
}
