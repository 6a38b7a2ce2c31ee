/**
 * What the properties of a program said on the way to a state: the worst is kept, and which step it
 * was; and what they say of that state and the step that led there.
 */
import { NO_DEADLOCK } from "../../check/only-properties.ts";
import { inspectState, isFinal } from "../../check/program/interpret.ts";
import type { Program } from "../../check/program/program.ts";
import type { Judgement, ProgramState } from "../../check/program/state.ts";

export interface Judged {
  readonly status: "holds" | "violated";
  /** what broke it; or what it was about first */
  readonly why: string;
}

/** By property; one that nothing was about is not there. */
export type JudgedSoFar = ReadonlyMap<string, Judged>;
export type JudgedHere = ReadonlyMap<string, Judged["status"]>;

/** A state with the step that led there. */
interface Reached {
  readonly judgements: readonly Judgement[];
  readonly state: ProgramState;
  /** how many steps were taken, and the last of them in words; null: none */
  readonly taken: { readonly number: number; readonly text: string } | null;
}

export function judgeState(
  program: Program,
  before: JudgedSoFar,
  { judgements, state, taken }: Reached,
): { readonly soFar: JudgedSoFar; readonly here: JudgedHere } {
  const where = taken === null ? "the beginning" : `step ${taken.number} (${taken.text})`;
  const soFar = new Map(before);
  const here = new Map<string, Judged["status"]>();
  const note = ({ property, violated }: Judgement, [broken, held]: readonly [string, string]) => {
    const status = violated ? "violated" : "holds";
    if (here.get(property) !== "violated") here.set(property, status);
    const known = soFar.get(property)?.status;
    if (known === "violated" || known === status) return;
    soFar.set(property, { status, why: violated ? broken : held });
  };
  for (const judgement of judgements) {
    note(judgement, [`it is broken by ${where}`, `at ${where}`]);
  }
  for (const judgement of inspectState(program, state)) {
    note(judgement, [`it does not hold after ${where}`, `after ${where}`]);
  }
  return { soFar: isSame(before, soFar) ? before : soFar, here };
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
