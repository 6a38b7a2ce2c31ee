/**
 * A cache keeps no more in memory than it has taken of its budget (the thread: "RAM-cache with
 * limited size"; that it takes no more than the budget is a bound of its node chart).
 */
import type { ChartState, NodeInvariant } from "../src/system/invariant.ts";

export const memoryIsAccounted: NodeInvariant = {
  name: "memory-is-accounted",
  statement: "No more clusters are in memory than the cache has taken of its budget.",
  chart: "fleecing-cache/cluster",
  nodeChart: "fleecing-cache/node",
  counts: ({ name }) => (memoryOf(name) === "in" ? 1 : 0),
  limit: ({ context }: ChartState) => Number(context.taken),
};

/** The third of the parallel states: changed, copy, memory, and then others. */
const memoryOf = (state: string) => state.split(" ")[0]?.split("·")[2];
