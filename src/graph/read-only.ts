/**
 * Whether a node was opened read-only.
 */
import type { GraphNode } from "./graph.ts";

/** The `read-only` option as given; off where it was not. */
export function readOnlyNode(node: GraphNode): boolean {
  return node.options["read-only"] === true;
}
