/**
 * What is known at one point of the code that is being written.
 */
import type { Process } from "../program/program.ts";
import type { Value } from "./value.ts";

/** The running instance of one process, from its entry to its next rest. */
export interface Frame {
  /** null where no process runs: the properties of states */
  readonly process: Process | null;
  readonly self: Value;
  /** number of the rest that the instance leaves; null: not known */
  readonly leaves: number | null;
  /** variables of the locals */
  readonly variables: Map<string, string>;
  /** ends the step without a successor; a statement that leaves what is being written */
  readonly blocked: string;
  /** what happens when the instance has come to a rest: statements, the last of which leaves */
  readonly rested: () => readonly string[];
  /** goes on in the function of a passing node; statements, the last of which leaves */
  readonly passed: (call: string) => readonly string[];
  flow: Flow;
}

/** What holds at a point because of how one got there. */
export interface Flow {
  /** values of locals; a constant, or the local's variable with its range */
  readonly locals: ReadonlyMap<string, Value>;
  /** whether a property may have been judged, or an item covered, in this step */
  readonly noticed: boolean;
}

/** What holds after two ways have met; a way that ended before is null. */
export function meet(
  left: Flow | null,
  right: Flow | null,
  variables: ReadonlyMap<string, string>,
): Flow | null {
  if (left === null || right === null) return left ?? right;
  const locals = new Map<string, Value>();
  for (const [name, value] of left.locals) {
    const other = right.locals.get(name);
    const code = variables.get(name);
    if (other === undefined || code === undefined) continue;
    const [low, high] = [Math.min(value.low, other.low), Math.max(value.high, other.high)];
    locals.set(name, low === high ? value : { code, low, high });
  }
  return { locals, noticed: left.noticed || right.noticed };
}
