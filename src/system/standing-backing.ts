/**
 * Whether a backing file stands still: nobody may write it, or anything below it, except through
 * nodes that are themselves below.
 *
 * A format that changes its own metadata is below; a guest, an export or a job that may write there
 * is not, and neither is a hook that saves to it. `write-unchanged` changes nothing that is shown.
 */
import { childEdges, type Graph } from "../graph/graph.ts";
import { WRITE } from "../graph/permission.ts";

/** @param node the one whose backing file is meant; without one nothing can change */
export function backingStands(graph: Graph, node: string): boolean {
  const below = new Set<string>();
  const add = (name: string) => {
    if (below.has(name)) return;
    below.add(name);
    for (const { child } of childEdges(graph, { kind: "node", name })) add(child);
  };
  const own = childEdges(graph, { kind: "node", name: node });
  for (const { roles, child } of own) if (roles.includes("cow")) add(child);
  return graph.edges.every(({ child, parent, perm }) => {
    const within = parent.kind === "node" && below.has(parent.name);
    return within || !below.has(child) || (perm & WRITE) === 0;
  });
}
