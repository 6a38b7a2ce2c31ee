/**
 * What came over the monitor, before anybody asks what it means: whether it is a command at all
 * (QEMU qapi/qmp-dispatch.c, `qmp_dispatch_check_obj`; qobject/json-streamer.c).
 *
 * Whoever reads JSON may be given anything, so nothing here relies on a type. What passes is nested
 * so little that functions which call themselves may look at it.
 */
import { isJsonObject, type JsonObject } from "./graph.ts";
import { refuse } from "./refuse.ts";

/** A command as QMP spells it. */
export interface QmpCommand {
  readonly execute: string;
  readonly arguments: JsonObject;
}

/** Objects and lists inside each other, the command itself counted (`MAX_NESTING`). */
const NESTING_MAX = 1024;

/**
 * The command that an input is.
 * @throws BlockgraphError `graph-refused` with QEMU's text
 */
export function parseCommand(input: unknown): QmpCommand {
  requireShallow(input);
  if (!isJsonObject(input)) throw refuse("QMP input must be a JSON object");
  const { execute, arguments: given = {}, id: _id, ...others } = input;
  const [unexpected] = Object.keys(others);
  if (unexpected !== undefined) throw refuse(`QMP input member '${unexpected}' is unexpected`);
  if (execute !== undefined && typeof execute !== "string") {
    throw refuse("QMP input member 'execute' must be a string");
  }
  if (!isJsonObject(given)) throw refuse("QMP input member 'arguments' must be an object");
  if (execute === undefined) throw refuse("QMP input lacks member 'execute'");
  return { execute, arguments: given };
}

/** Level by level, since a function that called itself would exhaust the stack. */
function requireShallow(input: unknown): void {
  let level = isContainer(input) ? [input] : [];
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > NESTING_MAX) throw refuse("JSON nesting depth limit exceeded");
    const next: object[] = [];
    for (const outer of level) {
      for (const inner of Object.values(outer)) if (isContainer(inner)) next.push(inner);
    }
    level = next;
  }
}

function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
