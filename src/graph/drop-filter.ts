/**
 * Taking a filter out of the graph: all who use it use its child again (QEMU block.c,
 * `bdrv_drop_filter`).
 */
import type { CommandContext } from "./command.ts";
import { detach } from "./edges.ts";
import { filteredEdge, type Graph } from "./graph.ts";
import { refreshPermissions } from "./refresh.ts";
import { replaceNode } from "./replace-node.ts";

/**
 * The filter itself stays in the graph, without its child and without parents.
 * @throws BlockgraphError `graph-refused` if somebody's link to the filter is frozen, or if its
 * users cannot agree without it
 */
export function dropFilter(before: Graph, filter: string, context: CommandContext): Graph {
  const below = filteredEdge(before, filter);
  if (below === undefined) return before;
  const dropped = detach(replaceNode(before, filter, below.child, context), below);
  return refreshPermissions(dropped, [below.child, filter], { ...context, before });
}
