/**
 * What records the changes of nodes for their dirty bitmaps: for each bitmap a filter that is no
 * node of the graph. Changes that a node is asked for, by whoever, go through its recorders first,
 * the newest one before the others, unless the node refuses or ignores them (live-node.ts).
 */
import { dirtyBitmap } from "../drivers/dirty-bitmap/driver.ts";
import type { DirtyBitmap, GraphNode } from "../graph/graph.ts";
import { recorderOf } from "../graph/notice.ts";
import { refuse } from "../graph/refuse.ts";
import { automataOf } from "./automata.ts";
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
    recorders.push({
      ...described,
      ...automataOf(dirtyBitmap.name, dirtyBitmap.instantiate(options, rules.profile), rules),
      ...{ name: recorderOf(name, bitmap), driver: dirtyBitmap.name },
      ...{ shift: 0, clusterSize: rules.clusterSize, image: null },
      ...{ children: new Map([["file", below]]), primary: below, backing: null },
      ...{ located: null, savedIn: null, savesStably: false, recorder: null, records: name },
    });
  }
  return recorders;
}

function recordedIn({ enabled, job }: Pick<DirtyBitmap, "enabled" | "job">): string {
  if (!enabled) return "nothing";
  return job === null ? "bitmap" : "successor";
}
