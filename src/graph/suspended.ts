/**
 * Users of inactive nodes: devices, exports, and whoever else does I/O through a block backend.
 *
 * While its node is inactive, a user asks for nothing and shares everything; what it will ask for
 * once the node is active is remembered on its edge. Not every user puts up with that: a device
 * does, for its guest stands still; so does who only reads, an export that was told so, and a
 * mirror, whose target is where the disk is handed over to. Others keep a node from being
 * inactivated, and cannot come to one that is (QEMU block/block-backend.c, `blk_can_inactivate` and
 * `blk_insert_bs`).
 */
import { requireAvailable } from "./attachable.ts";
import { type Edge, type Graph, jobBackend, type Parent, sameParent } from "./graph.ts";
import { CONSISTENT_READ, type Masks, NO_DEMANDS } from "./permission.ts";

/** Whether a user lets its node be inactivated. */
export function canBeSuspended(graph: Graph, edge: Edge): boolean {
  return canWait(graph, edge) || isMirrorTarget(graph, edge.parent);
}

function canWait({ exports }: Graph, { parent, perm }: Edge): boolean {
  if (parent.kind === "device" || (perm & ~CONSISTENT_READ) === 0) return true;
  return parent.kind === "export" && exports.get(parent.name)?.allowInactive === true;
}

/** A disk is handed over when it has been mirrored to where it goes (block/mirror.c). */
function isMirrorTarget({ jobs }: Graph, parent: Parent): boolean {
  return [...jobs.values()].some(
    ({ id, type }) => type === "mirror" && sameParent(parent, jobBackend(id, "target")),
  );
}

/** The edge of a user that waits for its node to be active. */
export function suspended({ perm, shared, ...edge }: Edge): Edge {
  return { ...edge, ...NO_DEMANDS, suspended: { perm, shared } };
}

/**
 * The edge of a user that comes to a node: it waits if the node is inactive.
 * @throws BlockgraphError `graph-refused` if it cannot
 */
export function arriving(graph: Graph, edge: Edge): Edge {
  const node = graph.nodes.get(edge.child);
  if (node?.inactive !== true) return edge;
  if (canWait(graph, edge)) return suspended(edge);
  requireAvailable(node, edge.perm);
  return edge;
}

/** An edge whose user asks for something else: now, or once it need not wait any more. */
export function asking(edge: Edge, masks: Masks): Edge {
  return edge.suspended === undefined ? { ...edge, ...masks } : { ...edge, suspended: masks };
}
