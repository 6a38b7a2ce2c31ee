/**
 * How a job that has done its work leaves the graph: what it was for takes effect, and then it is
 * gone as if it had been cancelled.
 *
 *     mirror           who used the disk uses its target (block/mirror.c, `mirror_exit_common`)
 *     commit           who used the topmost file that was emptied uses the base (block/commit.c,
 *                      `commit_prepare`; block.c, `bdrv_drop_intermediate`); of the file that is
 *                      written, it is a mirror into the base
 *     stream           the file has the base behind it, or nothing (block/stream.c,
 *                      `stream_prepare`)
 *     backup           what its bitmap has recorded, up to when it began (backup-bitmap.ts)
 *
 * If somebody objects, the job has failed, and nothing else changes.
 */
import { requireAttachable } from "./attachable.ts";
import { bitmapLeft } from "./backup-bitmap.ts";
import { Chains } from "./chain.ts";
import type { CommandContext } from "./command.ts";
import { attach, closeUnused, detach, releaseAll } from "./edges.ts";
import { endedJob, restOf } from "./ended-job.ts";
import {
  type BlockJob,
  childEdges,
  filteredEdge,
  type Graph,
  jobBackend,
  withNode,
} from "./graph.ts";
import { mirrors } from "./job.ts";
import { withoutFilter } from "./job-filter.ts";
import { refreshPermissions } from "./refresh.ts";
import { isRefusal, Refusal, unlessRefused } from "./refuse.ts";
import { replaceNode } from "./replace-node.ts";

/** @throws Refusal where the profile's QEMU aborts */
export function endedWell(before: Graph, job: BlockJob, context: CommandContext): Graph {
  try {
    if (mirrors(before, job)) return mirrored(before, job, context);
    if (job.type === "commit") return committed(before, job, context);
    if (job.type === "stream") return streamed(before, job, context);
    return endedJob(bitmapLeft(before, job, true), job, context, restOf(job));
  } catch (error) {
    if (!isRefusal(error) || (error instanceof Refusal && error.predicts !== null)) throw error;
    const failed = { ...job, error: "Operation not permitted" };
    return endedJob(bitmapLeft(before, job, false), failed, context, restOf(job));
  }
}

function mirrored(before: Graph, job: BlockJob, context: CommandContext): Graph {
  const disk = filteredEdge(before, job.filter)?.child;
  const [target] = childEdges(before, jobBackend(job.id, "target"));
  if (disk === undefined || target === undefined)
    return endedJob(before, job, context, restOf(job));
  const replaced = replaceNode(thawed(before, job.filter), disk, target.child, context);
  // The base of a commit can be written as the disk could, whatever it was before.
  const madeWritable = before.nodes.get(disk)?.readOnly === true ? job.madeWritable : null;
  return endedJob(replaced, { ...job, madeWritable }, context, restOf(job));
}

function committed(before: Graph, job: BlockJob, context: CommandContext): Graph {
  const [base] = childEdges(before, { kind: "job", name: job.id }).filter(
    ({ name }) => name === "base",
  );
  if (base === undefined) return endedJob(before, job, context, restOf(job));
  const unused = releaseAll(thawed(before, job.filter), jobBackend(job.id, "base"), context);
  const dropped = replaceNode(unused, job.filter, base.child, context);
  const judged = refreshPermissions(dropped, [job.filter, base.child], { ...context, before });
  return endedJob(judged, job, context, restOf(job, true));
}

/** One that keeps its nodes reads the file until it has another one behind it, or none. */
function streamed(before: Graph, job: BlockJob, context: CommandContext): Graph {
  const rest = restOf(job, true);
  const held = childEdges(before, { kind: "job", name: job.id });
  const top = held.find(({ name }) => name === "active node")?.child ?? "";
  const between = held.filter(({ name }) => name === "intermediate node");
  const chains = new Chains(before, context.drivers);
  const base = chains.link(between.at(-1)?.child ?? top)?.child ?? null;
  const file = chains.skipFilters(top);
  if (rest !== "edges") return cut(endedJob(before, job, context), file, base, true, context);
  const dropped = withoutFilter(before, job.filter, context);
  return endedJob(cut(dropped, file, base, false, context), job, context, rest);
}

/**
 * A file gets another one behind it, or none; unless somebody objects.
 * @param judges whether permissions are refreshed below what was there, which nobody holds
 */
function cut(
  before: Graph,
  file: string,
  base: string | null,
  judges: boolean,
  context: CommandContext,
): Graph {
  const link = childEdges(before, { kind: "node", name: file }).find(({ roles }) =>
    roles.includes("cow"),
  );
  if (link === undefined || link.child === base) return before;
  return unlessRefused(before, () => {
    const edge = { ...link, child: base ?? link.child };
    const left = detach(before, link);
    if (base !== null) requireAttachable(left, edge, { ...context, before });
    const joined = base === null ? left : attach(left, edge);
    const roots = judges ? [file, link.child] : [file];
    const judged = refreshPermissions(joined, roots, { ...context, before });
    return closeUnused(judged, link.child, context);
  });
}

/** The chain below a job's filter can be changed: what froze it is over. */
function thawed(graph: Graph, filter: string): Graph {
  const node = graph.nodes.get(filter);
  if (node === undefined) return graph;
  const { bottom: _, ...options } = node.options;
  return withNode(graph, { ...node, options });
}
