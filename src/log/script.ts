/**
 * Scripts: logs written by hand. Each line is the body of one record, without `v`, `seq` and
 * `prev`; blank lines and lines that begin with `#` are for people. The same schema holds as for
 * logs, so whatever takes a log's inputs takes a script's.
 *
 *     # a QMP command as QEMU takes it, and a request
 *     {"execute":"blockdev-del","arguments":{"node-name":"cache"}}
 *     {"kind":"io","through":"guest","operation":"read","offset":0,"length":512}
 *
 * What a person need not say is filled in: the numbers of commands and requests (whoever executes
 * the script numbers them anyway), and offset and length of a flush.
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
    const value = filledIn(parseJson(line));
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

/** Adds what may be left out; anything that is no such line stays as it is. */
function filledIn(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  if ("execute" in value && !("kind" in value)) {
    return { kind: "qmp", id: 0, arguments: {}, ...value };
  }
  if (!("kind" in value) || value.kind !== "io") return value;
  const flush = "operation" in value && value.operation === "flush";
  const defaults = { request: 0, ...(flush && { offset: 0, length: 0 }) };
  const missing = Object.entries(defaults).filter(([key]) => !Object.hasOwn(value, key));
  return missing.length === 0 ? value : { ...value, ...Object.fromEntries(missing) };
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
