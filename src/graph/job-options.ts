/**
 * Options that all jobs take (QAPI `BlockdevMirror` and its like), and what a job begins with. How
 * fast a job is makes no difference to the graph, which knows it until a command ends it.
 */
import { z } from "zod";
import type { BlockJob, ErrorAction } from "./graph.ts";
import { int64 } from "./qapi-integer.ts";
import { refuse } from "./refuse.ts";

export const JOB_OPTIONS = z.strictObject({
  "job-id": z.string().optional(),
  "filter-node-name": z.string().optional(),
  speed: int64.optional(),
  "auto-finalize": z.boolean().optional(),
  "auto-dismiss": z.boolean().optional(),
});

/** What a job does about errors (QEMU block/block-backend.c, `blk_get_error_action`: `auto`). */
export const ON_ERROR = z
  .enum(["report", "ignore", "enospc", "stop", "auto"])
  .transform((action) => (action === "auto" ? "enospc" : action))
  .optional();

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
