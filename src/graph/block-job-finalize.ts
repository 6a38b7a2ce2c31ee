/**
 * `block-job-finalize`: a job whose work is done ends, if it was told to wait for that
 * (`auto-finalize: false`; QEMU job.c, `job_finalize`: the state `pending`).
 *
 * Limits: QEMU refuses as long as the work is not done. The graph does not know how far a job is,
 * so here whoever finalizes it must have seen to that; a mirror has to be completed before. A job
 * that ends of itself does so when somebody says so in its place: it is cancelled.
 */
import { z } from "zod";
import { defineCommand } from "./command.ts";
import { endedWell } from "./ended-well.ts";
import type { BlockJob, Graph } from "./graph.ts";
import { mirrors } from "./job.ts";
import { refuse } from "./refuse.ts";

export const blockJobFinalize = defineCommand({
  name: "block-job-finalize",
  summary: "Ends a job whose work is done, and which waits to be told so.",
  schema: z.strictObject({ id: z.string() }),
  apply(before, { id }, context) {
    const job = before.jobs.get(id);
    if (job === undefined) throw refuse(`Block job '${id}' not found`);
    const state = stateOf(before, job);
    if (state !== "pending") {
      throw refuse(`Job '${id}' in state '${state}' cannot accept command verb 'finalize'`);
    }
    return endedWell(before, job, context);
  },
});

/** The state of a job that has done what it does by itself (QEMU job.c, `JobSTT`). */
export function stateOf(graph: Graph, job: BlockJob): "running" | "ready" | "pending" {
  if (job.finalization === "pending") return "pending";
  if (mirrors(graph, job)) return "ready";
  return job.finalization === "awaited" && job.copies !== "nothing" ? "pending" : "running";
}
