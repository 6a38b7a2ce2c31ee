/**
 * What `replay` says when it is done.
 */
import { z } from "zod";
import { violationSchema } from "./verdict.ts";

const count = z.int().min(0);

/** Result of one replay. */
export const replaySummarySchema = z.strictObject({
  kind: z.literal("replay"),
  log: z.string(),
  on: z.enum(["sim", "files"]),
  model: z.string(),
  mutant: z.string().nullable(),
  /** whether everything that followed was what the log says */
  identical: z.boolean(),
  /** the first record that came out differently, in one line; null if identical */
  difference: z.string().nullable(),
  /** records that were replayed: all, or up to the difference */
  records: count,
  requests: count,
  /** digests of read data that were compared */
  digests: count,
  /** what the properties say about the log's content; a replay does not fail because of it */
  violations: z.array(violationSchema),
  seconds: z.number().min(0),
});
export type ReplaySummary = z.infer<typeof replaySummarySchema>;

/** The summary in one line. */
export function replayLine(summary: ReplaySummary): string {
  const { log, on, records, digests, identical, seconds } = summary;
  const where = on === "sim" ? "in the simulator" : "on files";
  const result = identical ? "identical" : "DIFFERENT";
  const counts = `${records} records replayed ${where}, ${digests} digests compared`;
  return `${log}: ${counts}: ${result}, ${seconds.toFixed(1)} s`;
}
