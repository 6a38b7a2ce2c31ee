/**
 * Reads of a log what can be read, and says what could not: a page shows that rather than nothing.
 */
import { closeSync, openSync } from "node:fs";
import { BlockgraphError } from "../../error.ts";
import { type Line, linesOf } from "../../log/lines.ts";
import type { LogRecord } from "../../log/record.ts";
import { type LogEnd, scanLines, scanLog } from "../../log/scan.ts";
import { fileSource, memorySource } from "../../log/source.ts";

/** As much of a log as could be read. */
export interface ReadRecords {
  readonly records: readonly LogRecord[];
  /** lines after them that are no records of this version */
  readonly lines: readonly string[];
  /** what could not be read, and why; empty: all of it is there */
  readonly notices: readonly string[];
}

/** Records of one log that a page has at the most: more nobody steps through. */
const RECORDS_MAX = 10_000;

/** A log, to be read from its beginning as often as asked for. */
interface LogText {
  scan(): Generator<LogRecord, LogEnd, void>;
  lines(): Generator<readonly Line[], void, void>;
}

/** Reads a file. @throws BlockgraphError `bad-argument` if there is none that can be read */
export function readRecords(path: string, most = RECORDS_MAX): ReadRecords {
  return collect({ scan: () => scanLog(path), lines: () => fileLines(path) }, most);
}

/** Reads a log that is in memory. */
export function parseRecords(log: string | Uint8Array, most = RECORDS_MAX): ReadRecords {
  const lines = () => linesOf(memorySource(log), "log");
  return collect({ scan: () => scanLines(lines(), "log"), lines }, most);
}

function collect({ scan, lines }: LogText, most: number): ReadRecords {
  const records: LogRecord[] = [];
  const notices: string[] = [];
  try {
    for (const record of untilTorn(scan(), notices)) {
      if (records.length === most) {
        notices.push(`Only the first ${most.toLocaleString("en-US")} records are shown.`);
        break;
      }
      records.push(record);
    }
    return { records, lines: [], notices };
  } catch (error) {
    if (!(error instanceof BlockgraphError) || error.code === "bad-argument") throw error;
    const unread = `From record ${records.length} on lines stand as they are: ${error.message}.`;
    return { records, lines: linesFrom(lines(), records.length, most), notices: [unread] };
  }
}

/** The records; a torn end goes to the notices. */
function* untilTorn(
  scan: Generator<LogRecord, LogEnd, void>,
  notices: string[],
): Generator<LogRecord, void, void> {
  const { torn } = yield* scan;
  if (torn === null) return;
  const { seq, bytes } = torn;
  notices.push(`The last line is torn (record ${seq}, ${bytes} bytes of it); it is left out.`);
}

/** The lines from number `first` on, `most` lines in all. */
function linesFrom(batches: Iterable<readonly Line[]>, first: number, most: number): string[] {
  const found: string[] = [];
  let number = 0;
  try {
    for (const batch of batches) {
      for (const { text } of batch) {
        if (number++ < first) continue;
        if (number > most) return found;
        found.push(text ?? "(a line that is no text)");
      }
    }
  } catch (error) {
    // A line that is too long even to be looked at.
    if (!(error instanceof BlockgraphError)) throw error;
  }
  return found;
}

function* fileLines(path: string): Generator<readonly Line[], void, void> {
  const fd = openSync(path, "r");
  try {
    yield* linesOf(fileSource(path, fd), path);
  } finally {
    closeSync(fd);
  }
}
