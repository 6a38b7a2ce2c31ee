/**
 * A command leaves notices in the graph, after those that are there already (notice.ts).
 */
import type { Graph } from "./graph.ts";
import type { Notice } from "./notice.ts";

export function telling(graph: Graph, ...notices: readonly Notice[]): Graph {
  return { ...graph, notices: [...graph.notices, ...notices] };
}
