/**
 * Delivering what a command tells the charts of nodes (src/graph/notice.ts): at one instant, after
 * new nodes have come and before others are gone.
 */
import type { Automaton } from "../chart/automaton.ts";
import { BlockgraphError } from "../error.ts";
import type { Condition, Notice } from "../graph/notice.ts";
import type { LiveNode } from "./live-node.ts";

/** What was told, and which clusters: none, if it was the node. */
export interface Told {
  readonly node: string;
  readonly event: string;
  readonly clusters: readonly number[];
}

/** @param find gives a node that was there before the command, or is there after it */
export function tell(notices: readonly Notice[], find: (name: string) => LiveNode): Told[] {
  return notices.map(({ node: name, event, chart, only }) => {
    const node = find(name);
    if (chart === "node") {
      offerNode(node, event);
      return { node: name, event, clusters: [] };
    }
    const asked = only === null ? null : find(only.node);
    const clusters: number[] = [];
    for (const cluster of node.clusters.keys()) {
      if (only !== null && asked !== null) {
        if (replies(asked, node, cluster, only) !== only.matching) continue;
      }
      offer(node, cluster, event);
      clusters.push(cluster);
    }
    return { node: name, event, clusters };
  });
}

/** Whether another node would reply so of a part of a cluster: its own may be of other sizes. */
function replies(asked: LiveNode, node: LiveNode, cluster: number, only: Condition): boolean {
  const [size, other] = [node.description.clusterSize, asked.description.clusterSize];
  if (size === other) return asked.replyTo(cluster, only.event) === only.reply;
  const first = Math.floor((cluster * size) / other);
  const end = Math.min(asked.clusters.length, Math.ceil(((cluster + 1) * size) / other));
  for (let part = first; part < end; part++) {
    if (asked.replyTo(part, only.event) === only.reply) return true;
  }
  return false;
}

function offer(node: LiveNode, cluster: number, event: string): void {
  const state = node.clusters[cluster] ?? 0;
  const next = nextOf(node, node.description.cluster, state, event);
  if (next === state) return;
  node.clusters[cluster] = next;
  node.changed = true;
}

function offerNode(node: LiveNode, event: string): void {
  const next = nextOf(node, node.description.node, node.state, event);
  if (next === node.state) return;
  node.state = next;
  node.changed = true;
}

function nextOf(node: LiveNode, automaton: Automaton | null, state: number, event: string): number {
  const next = automaton?.next(state, automaton.event(event)) ?? -1;
  if (next >= 0) return next;
  throw new BlockgraphError(
    "chart-malformed",
    `node '${node.description.name}' is told ${event} by a command, and does not handle it`,
  );
}
