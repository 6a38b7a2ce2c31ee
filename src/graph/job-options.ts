/**
 * Options that all jobs take (QAPI `BlockdevMirror` and its like). How fast a job is makes no
 * difference to the graph, which knows it until a command ends it.
 */
import { z } from "zod";

export const JOB_OPTIONS = z.strictObject({
  "job-id": z.string().optional(),
  "filter-node-name": z.string().optional(),
  speed: z.int().min(0).optional(),
  "auto-finalize": z.boolean().optional(),
  "auto-dismiss": z.boolean().optional(),
});

/** How a job with these options ends. */
export function finalizationOf(options: { readonly "auto-finalize"?: boolean | undefined }) {
  return options["auto-finalize"] === false ? "awaited" : "automatic";
}
