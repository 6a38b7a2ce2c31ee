/**
 * Op blockers: the older, coarser lock beside permissions (QEMU block.c, `bdrv_op_block`).
 *
 * A backing file is blocked by its overlay for everything but being the source or target of a job
 * or the target of a commit (`bdrv_backing_attach`). A node that a job works on is blocked for
 * everything (blockjob.c, `block_job_add_bdrv`). The newest blocker is named.
 */
import { type Edge, type Graph, parentEdges } from "./graph.ts";
import { refuse } from "./refuse.ts";

/** What a node is to be used for. */
export type Operation = "backup" | "commit-target" | "stream" | "other";

/** @throws BlockgraphError `graph-refused` if somebody blocks the node for the operation */
export function requireUnblocked(graph: Graph, node: string, operation: Operation = "other"): void {
  const reason = blockedBecause(graph, node, operation);
  if (reason !== null) throw refuse(`Node '${node}' is busy: ${reason}`);
}

/** Why a node cannot be used for an operation; null: it can. */
export function blockedBecause(
  graph: Graph,
  node: string,
  operation: Operation = "other",
): string | null {
  const reasons = parentEdges(graph, node).map((edge) => reasonOf(graph, edge, operation));
  return reasons.find((each) => each !== null) ?? null;
}

function reasonOf(graph: Graph, { parent, roles }: Edge, operation: Operation): string | null {
  if (parent.kind === "job") {
    return `block device is in use by block job: ${graph.jobs.get(parent.name)?.type}`;
  }
  const overlay = roles.includes("cow") && operation === "other";
  return overlay ? `node is used as backing hd of '${parent.name}'` : null;
}
