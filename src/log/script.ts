/**
 * Scripts: logs written by hand. Each line is the body of one record, without `v`, `seq` and
 * `prev`; blank lines and lines that begin with `#` are for people. The same schema holds as for
 * logs, so whatever takes a log's inputs takes a script's.
 *
 *     # the guest writes while the reader looks
 *     {"kind":"io","request":0,"through":"guest","operation":"read","offset":0,"length":512}
 *     {"kind":"step","agent":0,"event":"DONE"}
 */
import { readFileSync } from "node:fs";
import { BlockgraphError } from "../error.ts";
import { bodyComplaint, isBody } from "./body.ts";
import { fileAction } from "./file-problem.ts";
import { parseJson } from "./parse-json.ts";
import { type LogContents, parseLog } from "./reader.ts";
import type { LogBody } from "./record.ts";

/** What a file with inputs turned out to be. */
export type LogOrScript =
  | ({ readonly type: "log" } & LogContents)
  | { readonly type: "script"; readonly bodies: LogBody[] };

/**
 * Reads a script file.
 *
 * @throws BlockgraphError `log-broken` with line number and reason; `bad-argument` if the file
 *   cannot be read
 */
export function readScript(path: string): LogBody[] {
  return parseScript(readFile(path).toString("utf8"), path);
}

/**
 * Reads a script that is in memory, as {@link readScript} does.
 *
 * @param name what to call the script in messages
 */
export function parseScript(text: string, name = "script"): LogBody[] {
  const bodies: LogBody[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (isForPeople(line)) continue;
    const value = parseJson(line);
    if (!isBody(value)) {
      const reason = value === undefined ? "not JSON" : bodyComplaint(value);
      throw new BlockgraphError(
        "log-broken",
        `${name}: line ${index + 1}: ${reason}; ` +
          "correct the line, or begin it with # to leave it out",
      );
    }
    bodies.push(value);
  }
  return bodies;
}

/**
 * Reads a file that is either: a log if its first line has a key `v`, or is the torn beginning of
 * such a line; otherwise, and if there is no line at all, a script.
 *
 * @throws BlockgraphError as readLog and {@link readScript}
 */
export function readLogOrScript(path: string): LogOrScript {
  const bytes = readFile(path);
  const newline = bytes.indexOf("\n");
  const first = bytes.toString("utf8", 0, newline === -1 ? bytes.length : newline);
  if (startsLog(first)) return { type: "log", ...parseLog(bytes, path) };
  return { type: "script", bodies: parseScript(bytes.toString("utf8"), path) };
}

function startsLog(line: string): boolean {
  const value = parseJson(line);
  if (value === undefined) return line.startsWith('{"v":');
  return typeof value === "object" && value !== null && Object.hasOwn(value, "v");
}

function isForPeople(line: string): boolean {
  return line.trim() === "" || line.startsWith("#");
}

function readFile(path: string): Buffer {
  return fileAction(path, "cannot be read", () => readFileSync(path));
}
