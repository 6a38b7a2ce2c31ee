/**
 * Whether two requests go the same way, perhaps in two graphs.
 */
import type { Route } from "../../../system/live-node.ts";
import { isSameNode } from "./same-node.ts";

/** A way into a chart, or straight to an image. */
export type EnteringRoute = Route & { readonly kind: "chart" | "image" };

export function isSameWay(one: EnteringRoute, other: EnteringRoute): boolean {
  if (one.shift !== other.shift) return false;
  if (one.kind === "image" || other.kind === "image") {
    return (
      one.kind === "image" &&
      other.kind === "image" &&
      one.image === other.image &&
      one.operation === other.operation
    );
  }
  const nodes = isSameNode(one.node.description, other.node.description);
  return one.automaton === other.automaton && nodes;
}
