/**
 * Logs in files, written as the program writes them: also such as it would not.
 */
import { join } from "node:path";
import { bodyOf } from "../../src/cli/open-log.ts";
import { readLog } from "../../src/log/reader.ts";
import type { LogBody } from "../../src/log/record.ts";
import { LogWriter } from "../../src/log/writer.ts";

/** Writes a log. @returns its path */
export function writeLog(folder: string, bodies: readonly LogBody[], name = "log.jsonl"): string {
  const path = join(folder, name);
  const writer = LogWriter.create(path, { fsync: "never", overwrite: true });
  for (const body of bodies) writer.append(body);
  writer.close();
  return path;
}

/** Writes another log in which some records are changed, and the chain is whole. */
export function changeLog(
  path: string,
  folder: string,
  change: (body: LogBody) => LogBody,
): string {
  return writeLog(folder, readLog(path).records.map(bodyOf).map(change), "changed.jsonl");
}
