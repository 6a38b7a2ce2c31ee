/**
 * Reads an event log record by record: checks every record and the chain between them, and finds
 * the torn end.
 *
 * A program that is killed while it writes leaves the beginning of a line, without a newline, at
 * the end of the file. Such a *torn* line is no damage: every record before it is whole, and the
 * scan reports what it left out. The beginning of a JSON object never parses, so a last line
 * without newline that does parse is a whole record, which is checked and kept like any other.
 *
 * Everything else that does not fit is an error. The chain binds each line to the one before it,
 * so a changed byte is found at its own record or at the next. Only the last record has no next:
 * there a change that leaves a valid record goes unnoticed. Nor can whole lines missing at the end
 * be noticed.
 */
import { closeSync, openSync, statSync } from "node:fs";
import { Chain } from "./chain.ts";
import { brokenRecord, isRecord } from "./check.ts";
import { fileAction } from "./file-problem.ts";
import { type Line, linesOf } from "./lines.ts";
import { parseJson } from "./parse-json.ts";
import type { LogRecord } from "./record.ts";
import { fileSource } from "./source.ts";

/** The beginning of a record at the end of a log. */
export interface Torn {
  /** `seq` that the record would have had */
  readonly seq: number;
  /** byte offset at which it begins: the log is whole up to here */
  readonly offset: number;
  /** how many bytes of it there are */
  readonly bytes: number;
}

/** Where a scan ended: what a writer needs to go on from there. */
export interface LogEnd {
  /** `seq` of the next record: the number of records read */
  readonly seq: number;
  /** byte offset behind the last whole record and its newline */
  readonly offset: number;
  /** ends at the last whole record */
  readonly chain: Chain;
  /** false: the last whole record lacks its newline */
  readonly terminated: boolean;
  /** null: the log ends with a whole record */
  readonly torn: Torn | null;
}

/**
 * Reads a log file in memory that does not grow with the log. The generator's return value says
 * where the log ends; leaving the loop early closes the file as well.
 *
 * @throws BlockgraphError `log-broken` with record number and byte offset, or `log-version`, when
 *   the scan comes to that record; `bad-argument` if the file cannot be read
 */
export function scanLog(path: string): Generator<LogRecord, LogEnd, void> {
  return scanLines(fileLines(path), path);
}

function* fileLines(path: string): Generator<readonly Line[], void, void> {
  const fd = fileAction(path, "cannot be read", () => {
    // Opening a pipe would wait for somebody to write to it.
    if (statSync(path).isFIFO()) throw Object.assign(new Error(path), { code: "it is a pipe" });
    return openSync(path, "r");
  });
  try {
    yield* linesOf(fileSource(path, fd), path);
  } finally {
    closeSync(fd);
  }
}

/**
 * As {@link scanLog}, of lines from anywhere.
 *
 * @param name what to call the log in messages
 */
export function* scanLines(
  batches: Iterable<readonly Line[]>,
  name: string,
): Generator<LogRecord, LogEnd, void> {
  const chain = new Chain();
  let seq = 0;
  let offset = 0;
  let terminated = true;
  for (const batch of batches) {
    for (const line of batch) {
      const value = parseJson(line.text);
      if (!isRecord(value, seq, chain)) {
        if (value !== undefined || line.terminated) {
          throw brokenRecord(value, seq, chain, { name, offset: line.offset });
        }
        return { seq, offset, chain, terminated, torn: { seq, offset, bytes: line.bytes.length } };
      }
      chain.advance(line.bytes);
      terminated = line.terminated;
      offset = line.offset + line.bytes.length + (terminated ? 1 : 0);
      seq += 1;
      yield value;
    }
  }
  return { seq, offset, chain, terminated, torn: null };
}
