/**
 * What `simulate` and `run` say when they are done: the document of `--json`, and its lines.
 */
import { z } from "zod";
import { judgementSchema, verdictSchema, violationSchema } from "./verdict.ts";

const count = z.int().min(0);

/** Result of one simulation or one run. */
export const sessionSummarySchema = z.strictObject({
  kind: z.enum(["simulation", "run"]),
  model: z.string(),
  mutant: z.string().nullable(),
  /** who decided where it branched: `seed 7`, or `free` for the images themselves */
  order: z.string(),
  verdict: verdictSchema,
  records: count,
  requests: count,
  steps: count,
  properties: z.array(judgementSchema),
  violations: z.array(violationSchema),
  /** path of the log; null if it was not kept */
  log: z.string().nullable(),
  /** what views were dumped to; `missing` bytes could not be read */
  dumps: z.array(z.strictObject({ file: z.string(), bytes: count, missing: count })),
  seconds: z.number().min(0),
});
export type SessionSummary = z.infer<typeof sessionSummarySchema>;

/** The summary for people, line by line; violations are not among them. */
export function summaryLines(summary: SessionSummary): string[] {
  const { kind, model, mutant, order, requests, steps, records, log, seconds } = summary;
  const what = `${model}${mutant === null ? "" : ` with mutant ${mutant}`}`;
  const how = kind === "run" ? "ran on files" : "simulated";
  const width = Math.max(...summary.properties.map(({ name }) => name.length));
  return [
    `${what} ${how}, ${order}: ${requests} requests in ${steps} steps`,
    ...summary.properties.map(
      ({ name, judged, violations }) =>
        `  ${name.padEnd(width)}  judged ${judged}x${judgementWord(judged, violations)}`,
    ),
    ...summary.dumps.map(
      ({ file, bytes, missing }) =>
        `  dumped to ${file}: ${bytes} bytes${missing > 0 ? `, ${missing} could not be read` : ""}`,
    ),
    ...(log === null ? [] : [`  logged to ${log}: ${records} records`]),
    `${summary.verdict}, ${seconds.toFixed(1)} s`,
  ];
}

function judgementWord(judged: number, violations: number): string {
  if (judged === 0) return "";
  return violations === 0 ? ", holds" : `, violated ${violations}x`;
}
