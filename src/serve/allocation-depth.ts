/**
 * In which layer of its chain a part of a node is allocated: what the NBD context
 * `qemu:allocation-depth` tells (QEMU nbd/server.c, `blockalloc_to_extents`; block/io.c,
 * `bdrv_is_allocated_above`).
 *
 *     0    in none
 *     1    in the node itself
 *     2... further down; each filter and each backing file on the way counts
 *
 * A filter that is asked itself asks what it filters, and so does `raw` its file: what those have
 * is allocated in the filter. What has no backing file and no other node below it has everything,
 * and a backing file that is too short all that it lacks.
 *
 * Limits: of a view, what was saved is not told from what is on the disk still.
 */
import { DRIVERS } from "../drivers/registry.ts";
import { Chains } from "../graph/chain.ts";
import type { Graph } from "../graph/graph.ts";
import type { Execution } from "../system/execution.ts";
import type { SystemNode } from "../system/system.ts";

/** A part of which the same is to be said. */
export interface DepthExtent {
  /** bytes */
  readonly length: number;
  readonly depth: number;
}

/** @yields what is to be said of a part of a node, in bytes; neighbours may say the same */
export function* allocationDepths(
  graph: Graph,
  execution: Execution,
  node: string,
  offset: number,
  length: number,
): Generator<DepthExtent> {
  const chain = new Chains(graph, DRIVERS)
    .nodes(node)
    .map((name) => execution.node(name).description);
  const end = offset + length;
  for (let at = offset; at < end; ) {
    const found = depthAt(chain, execution, at);
    const bytes = Math.min(end - at, found.length);
    yield { length: bytes, depth: found.depth };
    at += bytes;
  }
}

/** What is to be said from a byte on, as far as the smallest cluster of those that were asked. */
function depthAt(chain: readonly SystemNode[], execution: Execution, at: number): DepthExtent {
  let length = Number.POSITIVE_INFINITY;
  for (const [above, layer] of chain.entries()) {
    // A backing file that ends before has zeros there, which are its own.
    if (above > 0 && at >= layer.length) return { length, depth: above + 1 };
    const part = allocated(layer, execution, at);
    length = Math.min(length, part.length, above > 0 ? layer.length - at : length);
    if (part.allocated) return { length, depth: above + 1 };
  }
  return { length, depth: 0 };
}

/** Whether a node says that it has a byte, and of how many the same is true. */
function allocated(
  { name, located, clusterSize, primary, shift }: SystemNode,
  execution: Execution,
  at: number,
): { readonly allocated: boolean; readonly length: number } {
  if (located === null) {
    if (primary === null) return { allocated: true, length: Number.POSITIVE_INFINITY };
    return allocated(primary, execution, at + shift);
  }
  const cluster = Math.floor(at / clusterSize);
  const reply = execution.node(name).replyTo(cluster, located.event);
  return { allocated: reply === located.own, length: (cluster + 1) * clusterSize - at };
}
