/**
 * A log record for people: in one sentence, and as it stands in the log.
 */
import { isJsonObject, type JsonObject, type JsonValue } from "../../graph/graph.ts";
import type { LogBody, LogRecord } from "../../log/record.ts";
import { bytesText } from "../bytes-text.ts";
import { rangeText } from "./agents.ts";

/** characters of a line that are shown */
const LINE_MAX = 400;

/** The record as it stands in the log, without its envelope; what is long is cut, and says so. */
export function recordLine({ v: _v, seq: _seq, prev: _prev, ...body }: LogRecord): string {
  return cutLine(JSON.stringify(body));
}

/** A line that is not too long to be read. */
export function cutLine(text: string): string {
  if (text.length <= LINE_MAX) return text;
  return `${text.slice(0, LINE_MAX)}... and ${text.length - LINE_MAX} characters more`;
}

/** What a record is about, as far as it was said before it. */
export interface Context {
  /** of the request that the record names: `guest's write 64 KiB at 0` */
  readonly request: string | null;
  /** of the agent: `task 2 of request 0` */
  readonly agent: string | null;
  /** what that waited for: `disk.raw read 64 KiB at 0` */
  readonly call: string | null;
  /** `blockdev-add`, of the command that the record names */
  readonly command: string | null;
  /** of what a write writes: `value 1 of guest` */
  readonly value: string | null;
}

/** The record in one sentence. */
export function recordText(body: LogBody, context: Context): string {
  switch (body.kind) {
    case "start":
      return `a log of model ${body.model} by profile ${body.profile} begins`;
    case "qmp":
      return `${commandText(body.execute, body.arguments)}${quiescesText(body)}`;
    case "return":
      return `${context.command ?? `command ${body.id}`} is accepted${returned(body.return)}`;
    case "error":
      return `${context.command ?? `command ${body.id}`} is refused: ${body.desc}`;
    case "drained":
      return `nothing is under way where ${context.command ?? `command ${body.id}`} makes changes`;
    case "io": {
      const { through, operation, offset, length } = body;
      const value = context.value === null ? "" : `: ${context.value}`;
      return `${through} asks for ${rangeText(operation, offset, length)}${value}`;
    }
    case "done":
      return `${context.request ?? `request ${body.request}`} ${endText(body)}`;
    case "step":
      return stepText(body, context);
    case "fault":
      return `${callText(context)} fails with ${body.errno}, for ${agentText(body, context)}`;
    case "crash":
      return "the process dies; what was under way is gone, the images stay";
    case "note":
      return body.text;
  }
}

function stepText(body: LogBody & { kind: "step" }, context: Context): string {
  const who = agentText(body, context);
  if (body.event === "WAKE") return `${who} asks again, and is answered`;
  if (body.event === "TIMEOUT") return `${who} stops waiting for its copies`;
  const { status } = body;
  const said =
    status === undefined ? "" : `, which says ${status.status} of ${bytesText(status.bytes)}`;
  return `${callText(context)} ends${said}, for ${who}`;
}

function callText({ call }: Context): string {
  return call ?? "a call";
}

function agentText({ agent }: { readonly agent: number }, context: Context): string {
  return context.agent ?? `agent ${agent}`;
}

function endText({ errno, status }: LogBody & { kind: "done" }): string {
  if (errno !== null) return `fails with ${errno}`;
  if (status === undefined) return "ends";
  return `ends: ${status.status} for ${bytesText(status.bytes)}`;
}

/** `blockdev-add copy-before-write hook`: a command by what it names. */
export function commandText(execute: string, args: JsonObject): string {
  const words = NAMED.flatMap((key) => {
    const value = args[key];
    return typeof value === "string" ? [value] : [];
  });
  return [execute, ...words, ...innerWords(args.options), ...innerWords(args.actions)].join(" ");
}

/** Arguments that say what a command is about, in the order in which they are said. */
const NAMED = [
  ...["driver", "node-name", "id", "job-id", "device", "node", "property", "value"],
  ...["parent", "new-child", "overlay"],
];

/** The nodes that are reopened, the actions of a transaction. */
function innerWords(list: JsonValue | undefined): string[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((each) => {
    if (!isJsonObject(each)) return [];
    const { "node-name": node, type } = each;
    return [node, type].filter((word) => typeof word === "string");
  });
}

function quiescesText({ quiesces = [], pauses = [] }: LogBody & { kind: "qmp" }): string {
  const waits = quiesces.length === 0 ? [] : [`quiesces ${quiesces.join(", ")}`];
  const jobs = pauses.length === 0 ? [] : [`pauses ${pauses.join(", ")}`];
  const both = [...waits, ...jobs].join(" and ");
  return both === "" ? "" : `, which ${both}`;
}

function returned(value: unknown): string {
  const text = JSON.stringify(value);
  return text === "{}" ? "" : `: ${text.length > 80 ? `${text.slice(0, 80)}...` : text}`;
}
