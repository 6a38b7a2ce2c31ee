/**
 * `block-job-complete`: a mirror ends, and whoever used the disk uses its target from now on (QEMU
 * block/mirror.c, `mirror_complete`). So does a commit of the file that is written, whose target is
 * its base. One that is to be told (`auto-finalize: false`) waits for block-job-finalize.
 *
 * Limits: QEMU refuses as long as the job is not ready, that is, has not copied everything once;
 * then it copies what is left while everybody stands still. The graph does not know how far a job
 * is, so here whoever completes it must have seen to both.
 */
import { z } from "zod";
import { stateOf } from "./block-job-finalize.ts";
import { defineCommand } from "./command.ts";
import { endedWell } from "./ended-well.ts";
import { refuse } from "./refuse.ts";

export const blockJobComplete = defineCommand({
  name: "block-job-complete",
  summary: "Ends a mirror: who used the disk uses its target.",
  schema: z.strictObject({ device: z.string() }),
  apply(before, { device: id }, context) {
    const job = before.jobs.get(id);
    if (job === undefined) throw refuse(`Block job '${id}' not found`);
    const state = stateOf(before, job);
    if (state !== "ready") {
      throw refuse(`Job '${id}' in state '${state}' cannot accept command verb 'complete'`);
    }
    if (job.finalization === "automatic") return endedWell(before, job, context);
    const jobs = new Map(before.jobs).set(id, { ...job, finalization: "pending" });
    return { ...before, jobs };
  },
});
