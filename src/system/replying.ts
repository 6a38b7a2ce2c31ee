/**
 * What clusters of a node would reply to an event, for whoever looks at all of them: of those there
 * may be millions, and of their states some dozen, so each state is asked once.
 */
import type { LiveNode } from "./live-node.ts";

/** Whether a cluster in a state would reply so; nothing is changed by that. */
export function replying(node: LiveNode, event: string, reply: string): (state: number) => boolean {
  const known = new Map<number, boolean>();
  return (state) => {
    let replies = known.get(state);
    if (replies === undefined) {
      replies = node.description.cluster?.replyTo(state, event) === reply;
      known.set(state, replies);
    }
    return replies;
  };
}

/** How many clusters of a node would reply so. */
export function countReplying(node: LiveNode, event: string, reply: string): number {
  const replies = replying(node, event, reply);
  let count = 0;
  for (const state of node.clusters) if (replies(state)) count++;
  return count;
}
