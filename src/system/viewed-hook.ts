/**
 * Which hook's view somebody looks at, seen from the graph alone: no data path is needed for it.
 */
import { DRIVERS } from "../drivers/registry.ts";
import { childEdges, type Graph, rootNode } from "../graph/graph.ts";

/** The hook below the first node that shows a view; null: there is none. */
export function viewedHook(graph: Graph, user: string): string | null {
  let [node, isView] = [rootNode(graph, user), false];
  while (node !== undefined) {
    const driver = DRIVERS.get(graph.nodes.get(node)?.driver ?? "");
    if (isView) return driver === undefined || driver.savesTo === null ? null : node;
    isView = driver?.isView ?? false;
    const edges = childEdges(graph, { kind: "node", name: node });
    node = edges.find(({ roles }) => roles.includes("primary"))?.child;
  }
  return null;
}
