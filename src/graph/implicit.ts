/**
 * Implicit nodes: filters that a job put into the graph without having been given a name for them
 * (QEMU block.c, `bdrv_skip_implicit_filters`). Whoever speaks of what is below means what it had
 * before the job. The filter of a backup is never implicit.
 */
import { filteredEdge, type Graph } from "./graph.ts";

export function isImplicit({ jobs }: Graph, node: string): boolean {
  if (!node.startsWith("#")) return false;
  return [...jobs.values()].some(({ type, filter }) => type !== "backup" && filter === node);
}

/** The first node from here down that is not implicit; undefined: there is none. */
export function explicitBelow(graph: Graph, node: string): string | undefined {
  let name: string | undefined = node;
  while (name !== undefined && isImplicit(graph, name)) name = filteredEdge(graph, name)?.child;
  return name;
}
