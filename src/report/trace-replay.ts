/**
 * What `replay` says about a trace of a check when it is done.
 */
import { z } from "zod";

const count = z.int().min(0);

/** Result of following one trace on bytes. */
export const traceReplaySchema = z.strictObject({
  kind: z.literal("trace-replay"),
  trace: z.string(),
  on: z.enum(["sim", "files"]),
  model: z.string(),
  mutant: z.string().nullable(),
  /** the property that the trace says is broken */
  property: z.string(),
  /** whether every state, and what broke, was what the trace says */
  identical: z.boolean(),
  /** the first step that came out differently, in one line; null if identical */
  difference: z.string().nullable(),
  /** steps that came out as the trace says */
  steps: count,
  /** what broke on bytes, and at which step, from 1 */
  violations: z.array(
    z.strictObject({ property: z.string(), text: z.string(), step: z.int().min(1) }),
  ),
  seconds: z.number().min(0),
});
export type TraceReplay = z.infer<typeof traceReplaySchema>;

/** The summary in one line. */
export function traceReplayLine({ trace, on, steps, identical, seconds }: TraceReplay): string {
  const where = on === "sim" ? "in the simulator" : "on files";
  const result = identical ? "identical" : "DIFFERENT";
  return `${trace}: ${steps} steps replayed ${where}: ${result}, ${seconds.toFixed(1)} s`;
}
