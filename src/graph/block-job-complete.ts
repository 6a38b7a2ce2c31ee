/**
 * `block-job-complete`: a mirror ends, and whoever used the disk uses its target from now on (QEMU
 * block/mirror.c, `mirror_complete` and `mirror_exit_common`).
 *
 * Limits: QEMU refuses as long as the job is not ready, that is, has not copied everything once;
 * then it copies what is left while everybody stands still. The graph does not know how far a job
 * is, so here whoever completes it must have seen to both. Of a commit only the graph is judged,
 * which does not end this way here.
 */
import { z } from "zod";
import { endedJob } from "./block-job-cancel.ts";
import { defineCommand } from "./command.ts";
import { childEdges, filteredEdge, type Graph, jobBackend } from "./graph.ts";
import { refuse } from "./refuse.ts";
import { replaceNode } from "./replace-node.ts";

export const blockJobComplete = defineCommand({
  name: "block-job-complete",
  summary: "Ends a mirror: who used the disk uses its target.",
  schema: z.strictObject({ device: z.string() }),
  apply(before, { device: id }, context) {
    const job = before.jobs.get(id);
    if (job === undefined) throw refuse(`Block job '${id}' not found`);
    const disk = filteredEdge(before, job.filter)?.child;
    const target = targetOf(before, id);
    if (job.type !== "mirror" || disk === undefined || target === undefined) {
      throw refuse(`The active block job '${id}' cannot be completed`);
    }
    return endedJob(replaceNode(before, disk, target, context), job, context);
  },
});

function targetOf(graph: Graph, job: string): string | undefined {
  const [edge] = childEdges(graph, jobBackend(job, "target"));
  return edge?.child;
}
