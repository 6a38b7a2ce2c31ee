/**
 * What `doctor` says: is everything deterministic, and what does the machine offer?
 */
import { z } from "zod";

/** One thing that was looked at. */
const checkSchema = z.strictObject({
  name: z.string(),
  /** `missing` costs a feature and is no failure */
  state: z.enum(["ok", "missing", "failed"]),
  /** what was found */
  detail: z.string(),
  /** what would put it right; null where nothing needs to be */
  remedy: z.string().nullable(),
});
export type DoctorCheck = z.infer<typeof checkSchema>;

/** Everything that was looked at. */
export const doctorReportSchema = z.strictObject({
  kind: z.literal("doctor"),
  /** whether nothing failed */
  ok: z.boolean(),
  checks: z.array(checkSchema),
  seconds: z.number().min(0),
});

/** The checks as a table, line by line. */
export function checkLines(checks: readonly DoctorCheck[]): string[] {
  const width = Math.max(...checks.map(({ name }) => name.length));
  return checks.map(({ name, state, detail, remedy }) => {
    const advice = remedy === null ? "" : `: ${remedy}`;
    return `${name.padEnd(width)}   ${state.padEnd(7)}   ${detail}${advice}`;
  });
}
