/**
 * A node cannot lie below itself (QEMU block.c, `bdrv_attach_child_noperm`).
 */
import type { Graph } from "./graph.ts";
import { refuse } from "./refuse.ts";
import { Topology } from "./topology.ts";

/** @throws BlockgraphError `graph-refused` if an edge from parent to child would close a cycle */
export function requireNoCycle(graph: Graph, child: string, edge: string, parent: string): void {
  if (!Topology.of(graph).reaches(child, parent)) return;
  throw refuse(`Making '${child}' a ${edge} child of '${parent}' would create a cycle`);
}
