/**
 * Which hook's view somebody looks at, seen from the graph alone: no data path is needed for it.
 */
import { DRIVERS } from "../drivers/registry.ts";
import { childEdges, type Graph, rootNode } from "../graph/graph.ts";

export interface ViewedHook {
  readonly hook: string;
  /** the nodes from the one that is used to the one that shows the view */
  readonly way: readonly string[];
}

/**
 * The hook below the first node that shows a view; null: there is none. An overlay shows what is
 * behind it.
 */
export function viewedHook(graph: Graph, user: string): ViewedHook | null {
  const way: string[] = [];
  let [node, isView] = [rootNode(graph, user), false];
  while (node !== undefined) {
    const driver = DRIVERS.get(graph.nodes.get(node)?.driver ?? "");
    if (isView) return (driver?.savesTo ?? null) === null ? null : { hook: node, way };
    way.push(node);
    isView = driver?.isView ?? false;
    const edges = childEdges(graph, { kind: "node", name: node });
    const behind = edges.find(({ roles }) => roles.includes("cow"));
    node = (behind ?? edges.find(({ roles }) => roles.includes("primary")))?.child;
  }
  return null;
}
