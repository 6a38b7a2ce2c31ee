/**
 * What records the changes of nodes for their dirty bitmaps: for each bitmap a filter that is no
 * node of the graph. Changes that a node is asked for, by whoever, go through its recorders first,
 * the newest one before the others, unless the node refuses or ignores them (live-node.ts).
 */
import { dirtyBitmap } from "../drivers/dirty-bitmap/driver.ts";
import type { DirtyBitmap, GraphNode } from "../graph/graph.ts";
import { recorderOf } from "../graph/notice.ts";
import { refuse } from "../graph/refuse.ts";
import { hiddenNode } from "./hidden-node.ts";
import type { SystemNode, SystemRules } from "./system.ts";

/**
 * The recorders of a node, the one next to it first.
 * @throws BlockgraphError `graph-refused` if a bit of a bitmap is no cluster
 */
export function describeRecorders(
  { name, bitmaps }: GraphNode,
  described: SystemNode,
  rules: SystemRules,
): SystemNode[] {
  const recorders: SystemNode[] = [];
  for (const [bitmap, { granularity, persistent, ...recording }] of bitmaps) {
    if (granularity !== rules.clusterSize) {
      throw refuse(
        `bitmap '${bitmap}' of node '${name}' cannot be simulated: a bit of it stands for ` +
          `${granularity} bytes, and a cluster has ${rules.clusterSize}; add it with that ` +
          "granularity",
      );
    }
    const options = { records: recordedIn(recording), persistent };
    const below = recorders.at(-1) ?? described;
    const hidden = hiddenNode(recorderOf(name, bitmap), dirtyBitmap, options, below, rules);
    recorders.push({ ...hidden, records: name });
  }
  return recorders;
}

function recordedIn({ enabled, job }: Pick<DirtyBitmap, "enabled" | "job">): string {
  if (!enabled) return "nothing";
  return job === null ? "bitmap" : "successor";
}
