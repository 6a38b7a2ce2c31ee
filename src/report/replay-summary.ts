/**
 * What `replay` says when it is done.
 */
import { z } from "zod";
import { counted } from "./check/numbers.ts";
import { qemuRemarks, qemuReplaySchema } from "./qemu-replay.ts";
import { violationSchema } from "./verdict.ts";

const count = z.int().min(0);

/** Result of one replay. */
export const replaySummarySchema = z.strictObject({
  kind: z.literal("replay"),
  log: z.string(),
  on: z.enum(["sim", "files", "qemu"]),
  model: z.string(),
  mutant: z.string().nullable(),
  /** whether everything that followed was what the log says, also on a QEMU without overlaps */
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
  /** with `on: "qemu"` only */
  qemu: qemuReplaySchema.optional(),
  seconds: z.number().min(0),
});
export type ReplaySummary = z.infer<typeof replaySummarySchema>;

/** The summary in one line. */
export function replayLine(summary: ReplaySummary): string {
  const { log, records, digests, qemu, seconds } = summary;
  const result = resultOf(summary);
  const compared = qemu === undefined ? "" : ` and ${counted(qemu.images, "image")}`;
  const what = `${counted(digests, "digest")}${compared} compared`;
  const counts = `${records} records replayed ${where(summary)}, ${what}`;
  const remarks = qemu === undefined ? "" : qemuRemarks(qemu);
  return `${log}: ${counts}: ${result}${remarks}, ${seconds.toFixed(1)} s`;
}

function resultOf({ identical, difference }: ReplaySummary): string {
  if (identical) return "identical";
  return difference === null ? "undecided" : "DIFFERENT";
}

function where({ on, qemu }: ReplaySummary): string {
  if (qemu !== undefined) {
    const { version, rules } = qemu;
    const own = version.startsWith(`${rules}.`);
    return `on QEMU ${version}${own ? "" : `, by the rules of ${rules}`}`;
  }
  return on === "sim" ? "in the simulator" : "on files";
}
