/**
 * What records the changes of nodes for their dirty bitmaps: for each bitmap a filter that is no
 * node of the graph. Changes that a node is asked for, by whoever, go through its recorders first,
 * the newest one before the others, unless the node refuses or ignores them (live-node.ts).
 */
import { dirtyBitmap } from "../drivers/dirty-bitmap/driver.ts";
import type { Located } from "../graph/catalogue.ts";
import type { DirtyBitmap, GraphNode } from "../graph/graph.ts";
import { recorderOf } from "../graph/notice.ts";
import { refuse } from "../graph/refuse.ts";
import { hiddenNode } from "./hidden-node.ts";
import type { SystemNode, SystemRules } from "./system.ts";

/** bits that a bitmap can have: each takes two bytes of memory */
const BITS_MAX = 2 ** 28;

/** What comes with an image is as if it had been recorded. */
const LOADED: Located = { event: "LOOK", own: "DIRTY", taken: ["MARK"] };

/**
 * The recorders of a node, the one next to it first.
 * @throws BlockgraphError `graph-refused` if a bit of a bitmap is no cluster and has to be, or a
 * bitmap has more bits than can be held in memory
 */
export function describeRecorders(
  { name, bitmaps }: GraphNode,
  described: SystemNode,
  rules: SystemRules,
): SystemNode[] {
  const recorders: SystemNode[] = [];
  for (const [bitmap, { granularity, persistent, ...recording }] of bitmaps) {
    if (granularity !== rules.clusterSize && rules.bitsOfAnySize !== true) {
      throw refuse(
        `bitmap '${bitmap}' of node '${name}' cannot be simulated: a bit of it stands for ` +
          `${granularity} bytes, and a cluster has ${rules.clusterSize}; add it with that ` +
          "granularity",
      );
    }
    if (Math.ceil(described.length / granularity) > BITS_MAX) {
      throw refuse(
        `bitmap '${bitmap}' of node '${name}' cannot be held in memory: it has more than ` +
          `${BITS_MAX} bits; have one of them stand for more bytes`,
      );
    }
    const options = { records: recordedIn(recording), persistent };
    const below = recorders.at(-1) ?? described;
    const hidden = hiddenNode(recorderOf(name, bitmap), dirtyBitmap, options, below, rules);
    const { dirty } = described.format ?? {};
    const loaded = persistent &&
      dirty !== undefined && {
        located: LOADED,
        format: { clusterSize: granularity, own: () => dirty(bitmap) },
      };
    recorders.push({ ...hidden, clusterSize: granularity, records: name, ...loaded });
  }
  return recorders;
}

function recordedIn({ enabled, job }: Pick<DirtyBitmap, "enabled" | "job">): string {
  if (!enabled) return "nothing";
  return job === null ? "bitmap" : "successor";
}
