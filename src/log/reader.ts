/**
 * Reads a whole event log at once. For logs that should not be held in memory see scan.ts, which
 * also tells what a torn end is and which damage is found.
 */
import { linesOf } from "./lines.ts";
import type { LogRecord } from "./record.ts";
import { type LogEnd, scanLines, scanLog, type Torn } from "./scan.ts";
import { memorySource } from "./source.ts";

/** A log in memory. */
export interface LogContents {
  readonly records: LogRecord[];
  /** what a killed writer left of one more record; null: the log ends with a whole one */
  readonly torn: Torn | null;
}

/**
 * Reads a log file.
 *
 * @throws BlockgraphError `log-broken` with record number and byte offset; `log-version`;
 *   `bad-argument` if the file cannot be read
 */
export function readLog(path: string): LogContents {
  return collect(scanLog(path));
}

/**
 * Reads a log that is in memory, as {@link readLog} does.
 *
 * @param log text, or its bytes in UTF-8
 * @param name what to call the log in messages
 */
export function parseLog(log: string | Uint8Array, name = "log"): LogContents {
  return collect(scanLines(linesOf(memorySource(log), name), name));
}

function collect(scan: Generator<LogRecord, LogEnd, void>): LogContents {
  const records: LogRecord[] = [];
  let step = scan.next();
  for (; step.done !== true; step = scan.next()) records.push(step.value);
  return { records, torn: step.value.torn };
}
