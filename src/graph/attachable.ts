/**
 * What stands against an edge between two nodes before anybody asks for permission (QEMU block.c,
 * `bdrv_attach_child_noperm` and `bdrv_attach_child_common`): a node cannot lie below itself; an
 * active node cannot rest on an inactive one; and of an inactive node one may only read (rule P11).
 *
 * The edge of a job is attached by the last rule alone.
 */
import { requireNoCycle } from "./cycle.ts";
import { type Edge, type Graph, type GraphNode, parentEdges } from "./graph.ts";
import { CONSISTENT_READ, cumulative, type Permissions, permissionText } from "./permission.ts";
import { childMasks, type RefreshContext } from "./refresh.ts";
import { refuse } from "./refuse.ts";

/**
 * @param graph without the edge
 * @param edge from a node to a node
 * @throws BlockgraphError `graph-refused`
 */
export function requireAttachable(graph: Graph, edge: Edge, context: RefreshContext): void {
  const { child: name, parent, name: slot } = edge;
  requireNoCycle(graph, name, slot, parent.name);
  // What a reopen is about to make of nodes, they are not yet.
  const now = (node: string) => context.before.nodes.get(node) ?? graph.nodes.get(node);
  const child = now(name);
  if (child?.inactive !== true) return;
  if (now(parent.name)?.inactive !== true) {
    throw refuse(`Inactive '${name}' can't be a ${slot} child of active '${parent.name}'`);
  }
  const above = parentEdges(graph, parent.name);
  const { perm } = childMasks(graph, edge, cumulative(above), above.length > 0, context);
  requireAvailable(child, perm);
}

/** @throws BlockgraphError `graph-refused` if a node is inactive, and more is asked than to read */
export function requireAvailable({ inactive }: GraphNode, perm: Permissions): void {
  if (!inactive || (perm & ~CONSISTENT_READ) === 0) return;
  throw refuse(`Permission '${permissionText(perm)}' unavailable on inactive node`);
}
