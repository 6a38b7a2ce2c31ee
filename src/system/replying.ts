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

/**
 * How many clusters of a node would reply so. Of a TiB there are millions: they are counted by
 * state first, which takes a few milliseconds, as nobody is served meanwhile.
 */
export function countReplying(node: LiveNode, event: string, reply: string): number {
  const replies = replying(node, event, reply);
  let count = 0;
  for (const [state, clusters] of countByState(node.clusters).entries()) {
    if (clusters > 0 && replies(state)) count += clusters;
  }
  return count;
}

/** How many clusters are in each state. */
function countByState(clusters: Uint16Array): Uint32Array {
  const counts = new Uint32Array(STATES_MAX);
  // An index is many times as fast here as an iterator.
  for (let index = 0; index < clusters.length; index++) {
    const state = clusters[index] ?? 0;
    counts[state] = (counts[state] ?? 0) + 1;
  }
  return counts;
}

/** states that a number of 16 bits can tell apart */
const STATES_MAX = 65_536;
