/**
 * What the properties of a program said on the way to a state: the worst is kept, and which step it
 * was that broke one.
 */
import { NO_DEADLOCK } from "../../check/only-properties.ts";
import { inspectState, isFinal } from "../../check/program/interpret.ts";
import type { Program } from "../../check/program/program.ts";
import type { Judgement, ProgramState } from "../../check/program/state.ts";

export interface Judged {
  readonly status: "holds" | "violated";
  /** empty unless violated */
  readonly why: string;
}

/** By property; one that nothing was about yet is not there. */
export type JudgedSoFar = ReadonlyMap<string, Judged>;

/**
 * @param taken how many steps were taken, and the last of them in words; null: none
 * @param isStuck whether no step can be taken any more
 */
export function judgeState(
  program: Program,
  before: JudgedSoFar,
  { judgements, state }: { judgements: readonly Judgement[]; state: ProgramState },
  taken: { readonly number: number; readonly text: string } | null,
): JudgedSoFar {
  const where = taken === null ? "the beginning" : `step ${taken.number} (${taken.text})`;
  const found = new Map(before);
  const note = ({ property, violated }: Judgement, why: string) => {
    if (found.get(property)?.status === "violated") return;
    found.set(property, violated ? { status: "violated", why } : { status: "holds", why: "" });
  };
  for (const judgement of judgements) note(judgement, `it is broken by ${where}`);
  for (const judgement of inspectState(program, state)) {
    note(judgement, `it does not hold after ${where}`);
  }
  return isSame(before, found) ? before : found;
}

/** The same, for a state from which no step can be taken. */
export function judgeStuck(
  program: Program,
  before: JudgedSoFar,
  state: ProgramState,
): JudgedSoFar {
  if (isFinal(program, state) || before.get(NO_DEADLOCK)?.status === "violated") return before;
  const why = "nobody can take a step any more";
  return new Map([...before, [NO_DEADLOCK, { status: "violated", why }]]);
}

/** States share what did not change. */
function isSame(before: JudgedSoFar, after: JudgedSoFar): boolean {
  if (before.size !== after.size) return false;
  return [...after].every(([name, { status }]) => before.get(name)?.status === status);
}
