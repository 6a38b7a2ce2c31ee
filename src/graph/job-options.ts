/**
 * Options that all jobs take (QAPI `BlockdevMirror` and its like), and what a job begins with. How
 * fast a job is makes no difference to the graph, which knows it until a command ends it.
 */
import { z } from "zod";
import type { BlockJob, ErrorAction } from "./graph.ts";
import { int64 } from "./qapi-integer.ts";
import { refuse } from "./refuse.ts";

export const JOB_OPTIONS = z.strictObject({
  "job-id": z
    .string()
    .optional()
    .meta({ description: "id of the job; default: the name of its device" }),
  "filter-node-name": z
    .string()
    .optional()
    .meta({ description: "name of the job's filter; default: one is made up" }),
  speed: int64.optional().meta({ description: "bytes a second; 0: as many as it can" }),
  "auto-finalize": z
    .boolean()
    .optional()
    .meta({ description: "false: it waits for `job-finalize` when its work is done" }),
  "auto-dismiss": z
    .boolean()
    .optional()
    .meta({ description: "false: it is listed until `job-dismiss` when it has ended" }),
});

/** What a job does about errors (QEMU block/block-backend.c, `blk_get_error_action`: `auto`). */
export const ON_ERROR = z
  .enum(["report", "ignore", "enospc", "stop", "auto"])
  .transform((action) => (action === "auto" ? "enospc" : action))
  .optional()
  .meta({ description: "what an error does: end the job, nothing, or have it stand still" });

export type Life = Pick<
  BlockJob,
  "finalization" | "dismissal" | "speed" | "onError" | "paused" | "asked" | "concluded"
>;

/** The life of a job with these options, as it begins. */
export function newLife(
  options: z.infer<typeof JOB_OPTIONS>,
  source: ErrorAction | undefined,
  target: ErrorAction | undefined,
): Life {
  const isTold = source !== undefined || target !== undefined;
  return {
    finalization: options["auto-finalize"] === false ? "awaited" : "automatic",
    dismissal: options["auto-dismiss"] === false ? "awaited" : "automatic",
    onError: isTold ? { source: source ?? "report", target: target ?? "report" } : null,
    ...{ speed: options.speed ?? 0, paused: false, asked: null, concluded: false },
  };
}

/** @throws BlockgraphError `graph-refused` (QEMU blockjob.c, `block_job_set_speed`) */
export function requireSpeed(speed: number): void {
  if (speed < 0) throw refuse("Parameter 'speed' expects a non-negative value");
}
