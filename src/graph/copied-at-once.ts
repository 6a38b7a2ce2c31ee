/**
 * How many bytes a hook copies at once, at the least: its cluster (QEMU block/block-copy.c,
 * `block_copy_calculate_cluster_size`; rule K1).
 *
 * That is 64 KiB, or what it was told (`min-cluster-size`), or a cluster of its target, whichever
 * is the largest. Filters and raw files have the clusters of what they show; what has none of its
 * own asks for nothing.
 *
 * Limits: of clusters that are larger than a bitmap of QEMU's can have bits for, the profile says
 * what becomes (`largeClusters`). What the command says of the size itself is in backup-perf.ts.
 */
import type { CommandContext } from "./command.ts";
import { childEdges, filteredEdge, type Graph, type JsonObject } from "./graph.ts";
import { imageBelow } from "./length.ts";
import { bytesOf } from "./qapi-integer.ts";
import { Refusal, refuse } from "./refuse.ts";
import { shapeOf } from "./shape-of.ts";

type Context = Pick<CommandContext, "drivers" | "profile" | "images">;

const SMALLEST = 64n * 1024n;
const LARGEST_OFFSET = 2n ** 63n - 1n;
/** bytes that a bit of a dirty bitmap can stand for (block/dirty-bitmap.c, `uint32_t`) */
const LARGEST_GRANULARITY = 2n ** 31n;

/** What the options of a hook say; undefined: nothing. */
export function leastCluster({ "min-cluster-size": given }: JsonObject): number | undefined {
  return typeof given === "number" ? given : undefined;
}

/** @throws BlockgraphError `graph-refused` if it is no length of anything */
export function requireLength(given: number | undefined): void {
  const least = bytesOf(given ?? 0);
  if (least <= LARGEST_OFFSET) return;
  throw refuse(`min-cluster-size too large: ${least} > ${LARGEST_OFFSET}`);
}

/** @throws BlockgraphError `graph-refused` if no hook can copy that much at once */
export function requireClusterSize(given: number | undefined, { profile }: Context): void {
  requireLength(given);
  const least = bytesOf(given ?? 0);
  if ((least & (least - 1n)) !== 0n) throw refuse("min-cluster-size needs to be a power of 2");
  if (least <= LARGEST_GRANULARITY) return;
  throw new Refusal(
    `min-cluster-size too large: ${least} > ${LARGEST_GRANULARITY}`,
    null,
    profile.largeClusters === "abort" ? "abort" : null,
  );
}

/** Bytes of a cluster of a hook. @param given what it was told; undefined: nothing */
export function copiedAtOnce(
  graph: Graph,
  target: string,
  given: number | undefined,
  context: Context,
): bigint {
  const sizes = [bytesOf(given ?? 0), BigInt(clusterOf(graph, target, context))];
  return sizes.reduce((most, each) => (each > most ? each : most), SMALLEST);
}

/** Bytes of a cluster of a node; 0: it has none (block.c, `bdrv_get_info`). */
function clusterOf(graph: Graph, name: string, context: Context): number {
  const node = graph.nodes.get(name);
  if (node === undefined) return 0;
  const { headed = false, filter, clusters } = shapeOf(node.driver, context.drivers);
  if (headed) return imageBelow(graph, node, context)?.header?.clusterSize ?? 0;
  const shown = filter
    ? filteredEdge(graph, name)
    : childEdges(graph, { kind: "node", name }).find((edge) => edge.name === clusters);
  return shown === undefined ? 0 : clusterOf(graph, shown.child, context);
}
