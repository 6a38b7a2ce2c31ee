/**
 * A job copies no more clusters at once than it was told (`max-workers` of `x-perf`; QEMU
 * block/block-copy.c). Whoever plays it says how many that are: its requests in flight, and each
 * has all of its clusters copied at once.
 */
import { BlockgraphError } from "../error.ts";
import { type Graph, rootNode } from "../graph/graph.ts";
import type { Execution } from "./execution.ts";
import type { Actor } from "./model.ts";

/** @throws BlockgraphError `request-invalid` if an actor plays a job that cannot copy so much */
export function requireWorkers(actor: Actor, graph: Graph, execution: Execution): void {
  const workers = graph.jobs.get(actor.through)?.workers;
  const filter = rootNode(graph, actor.through);
  if (workers === undefined || filter === undefined) return;
  const { clusterSize } = execution.node(filter).description;
  const copied = (actor.depth ?? 1) * clustersOf(actor, clusterSize);
  if (copied <= workers) return;
  throw new BlockgraphError(
    "request-invalid",
    `actor '${actor.name}' has up to ${copied} clusters copied at once, and job ` +
      `'${actor.through}' copies ${workers} (max-workers); give it fewer requests in flight, or ` +
      "shorter ones",
  );
}

/** Clusters of its longest request. */
function clustersOf({ requests }: Actor, clusterSize: number): number {
  if ("count" in requests) {
    const { alignment, longest } = requests;
    return Math.ceil(longest / clusterSize) + (alignment % clusterSize === 0 ? 0 : 1);
  }
  return Math.max(
    0,
    ...requests.map(
      ({ offset, length }) =>
        Math.ceil((offset + length) / clusterSize) - Math.floor(offset / clusterSize),
    ),
  );
}
