/**
 * Queries about what nodes remember, which the graph does not know.
 */
import type { QmpCommand } from "../graph/commands.ts";
import type { Graph, JsonValue } from "../graph/graph.ts";
import { recorderOf } from "../graph/notice.ts";
import { namedBlockNodes, queryNamedBlockNodes } from "../graph/query.ts";
import {
  fleecingClustersSchema,
  xQueryFleecingClusters,
} from "../graph/x-query-fleecing-clusters.ts";
import type { Execution } from "./execution.ts";
import type { LiveNode } from "./live-node.ts";
import { recommendationOf } from "./recommendation.ts";
import { countReplying } from "./replying.ts";
import type { SystemRules } from "./system.ts";

/**
 * What an accepted command answers.
 * @param graph the graph after it, and what that says
 */
export function liveAnswer(
  { execute, arguments: given }: QmpCommand,
  { graph, reply }: { readonly graph: Graph; readonly reply: JsonValue },
  { profile }: Pick<SystemRules, "profile">,
  execution: Execution,
): JsonValue {
  switch (execute) {
    case xQueryFleecingClusters.name:
      return clustersOf(execution.node(fleecingClustersSchema.parse(given)["node-name"]));
    case queryNamedBlockNodes.name:
      return namedBlockNodes(graph, profile, (node, bitmap) =>
        countReplying(execution.node(recorderOf(node, bitmap)), "LOOK", "DIRTY"),
      );
    default:
      return reply;
  }
}

const WHERE: Readonly<Record<string, string>> = {
  IN_MEMORY: "memory",
  IN_DISK: "disk",
  IN_BACKING: "backing",
  ZEROES: "zero",
};

interface Extent {
  readonly offset: number;
  length: number;
  readonly needed: boolean;
  readonly where: string;
  readonly recommendation: string;
}

/** Neighbours of which the same is to be said are one. Offsets and lengths are bytes. */
function clustersOf(node: LiveNode): JsonValue {
  const { clusterSize, length } = node.description;
  const extents: Extent[] = [];
  for (const cluster of node.clusters.keys()) {
    const offset = cluster * clusterSize;
    const said = {
      needed: node.replyTo(cluster, "ACCESS") === "ALLOWED",
      where: WHERE[node.replyTo(cluster, "LOCATE") ?? ""] ?? "backing",
      recommendation: (recommendationOf(node, cluster) ?? "IN_ORDER").toLowerCase(),
    };
    const bytes = Math.min(clusterSize, length - offset);
    const last = extents.at(-1);
    const isSame =
      last?.needed === said.needed &&
      last.where === said.where &&
      last.recommendation === said.recommendation;
    if (last !== undefined && isSame) last.length += bytes;
    else extents.push({ offset, length: bytes, ...said });
  }
  return extents.map((extent) => ({ ...extent }));
}
