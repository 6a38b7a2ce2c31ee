/**
 * What a cache recommends of its clusters: the order in which a reader should come to them (the
 * thread, "Benefits", 7). It changes while the reader goes on, so it is asked again for each.
 */
import { RECOMMENDATIONS, type Recommendation } from "../vocabulary.ts";
import type { LiveNode } from "./live-node.ts";

/** @returns null if the node recommends nothing */
export function recommendationOf(node: LiveNode, cluster: number): Recommendation | null {
  const reply = node.replyTo(cluster, "RECOMMEND");
  return RECOMMENDATIONS.find((each) => each === reply) ?? null;
}

/** The smaller, the sooner; a node that recommends nothing leaves everything in order. */
export function rankOf(node: LiveNode, cluster: number): number {
  return rankOfReply(node.replyTo(cluster, "RECOMMEND"));
}

/** The same of what a cluster's chart replies; null: nothing. */
export function rankOfReply(reply: string | null): number {
  return RECOMMENDATIONS.indexOf(RECOMMENDATIONS.find((each) => each === reply) ?? "IN_ORDER");
}
