/**
 * The end that `simulate` and `run` share: the summary, the violations, the exit status.
 */
import { BlockgraphError } from "../error.ts";
import {
  type SessionSummary,
  sessionSummarySchema,
  summaryLines,
} from "../report/session-summary.ts";
import { judgements, verdictOf } from "../report/verdict.ts";
import type { Monitor } from "../system/monitor.ts";
import type { CountingLog } from "./counting-log.ts";
import { type ExitCode, exitCodeOf } from "./exit-code.ts";
import { print, printJson, warn } from "./terminal.ts";

/** What the session found out. */
export interface SessionFindings {
  readonly monitor: Pick<Monitor, "judged" | "violations">;
  readonly requests: number;
}

/** What the command knows and the session does not. */
export type SessionFacts = Pick<
  SessionSummary,
  "kind" | "model" | "mutant" | "order" | "log" | "dumps" | "seconds"
>;

/** Puts the summary together. */
export function summarise(
  { monitor, requests }: SessionFindings,
  counts: CountingLog,
  facts: SessionFacts,
): SessionSummary {
  const { kind, model, mutant, order, log, dumps, seconds } = facts;
  const { records, steps } = counts;
  const verdict = verdictOf(monitor);
  const properties = judgements(monitor);
  const violations = [...monitor.violations];
  const found = { verdict, records, requests, steps, properties, violations };
  return sessionSummarySchema.parse({ kind, model, mutant, order, ...found, log, dumps, seconds });
}

/** What is known about a session that came to a standstill. */
export function deadlocked(error: BlockgraphError, counts: CountingLog): SessionFindings {
  const violation = { property: "no-deadlock", text: error.message, seq: counts.records - 1 };
  return { monitor: { judged: new Map(), violations: [violation] }, requests: counts.requests };
}

/** Whether an error is a finding about the model, and not about what the user gave. */
export function isDeadlock(error: unknown): error is BlockgraphError {
  return error instanceof BlockgraphError && error.code === "deadlock";
}

/**
 * Prints a summary: as JSON, or as lines with the violations on stderr.
 * @param format `out`: stderr where stdout carries a log
 */
export function finishSession(
  summary: SessionSummary,
  format: { readonly json: boolean; readonly out: "stdout" | "stderr" },
): ExitCode {
  const { violations } = summary;
  for (const { property, text, seq } of violations.slice(0, SHOWN_MAX)) {
    warn(`violated: ${property} at record ${seq}: ${text}`);
  }
  if (violations.length > SHOWN_MAX) warn(`and ${violations.length - SHOWN_MAX} more violations`);
  if (summary.verdict === "undecided") warn("undecided: no property had anything to judge");
  const write = format.out === "stdout" ? print : warn;
  if (format.json) printJson(summary);
  else for (const line of summaryLines(summary)) write(line);
  return exitCodeOf(summary.verdict);
}

/** Violations that are printed; the first one is mostly the one that matters. */
const SHOWN_MAX = 10;
