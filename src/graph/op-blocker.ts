/**
 * Op blockers: the older, coarser lock beside permissions (QEMU block.c, `bdrv_op_block`).
 *
 * A backing file is blocked by its overlay for everything but being the source or target of a job
 * or the target of a commit (`bdrv_backing_attach`).
 */
import { type Graph, parentEdges } from "./graph.ts";
import { refuse } from "./refuse.ts";

/** @throws BlockgraphError `graph-refused` if the newest overlay of a node blocks it */
export function requireUnblocked(graph: Graph, node: string): void {
  const overlay = parentEdges(graph, node).find(({ roles }) => roles.includes("cow"));
  if (overlay === undefined) return;
  throw refuse(`Node '${node}' is busy: node is used as backing hd of '${overlay.parent.name}'`);
}
