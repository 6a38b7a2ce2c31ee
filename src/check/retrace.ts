/**
 * A trace's way through a program that may have changed since: what breaks on it.
 *
 * Steps that cannot be taken any more are left out. What was found can be a broken property, a
 * deadlock, a way out of the bounds, or a lasso: then the loop must close, something must be
 * pending all the way round, and everybody must be treated fairly.
 */
import { NO_DEADLOCK } from "./only-properties.ts";
import {
  initialState,
  inspectState,
  isFinal,
  isPending,
  retake,
  successorsOf,
} from "./program/interpret.ts";
import { nodeNamed } from "./program/nodes.ts";
import type { Liveness, Program } from "./program/program.ts";
import type { Judgement, ProgramState, Step } from "./program/state.ts";

/** The steps of a trace, and after how many of them its loop begins; null: it just ends. */
export interface Way {
  readonly steps: readonly Step[];
  readonly loop: number | null;
}

/** A part of a run: the state where it begins, and then each step with the state after it. */
interface Round {
  readonly begin: ProgramState;
  readonly steps: { readonly step: Step; readonly state: ProgramState }[];
}

/** Names of what breaks: properties, `no-deadlock` and `bounds`. */
export function brokenAlong(program: Program, { steps, loop }: Way): string[] {
  const broken = new Set<string>();
  const note = (judgements: readonly Judgement[]) => {
    for (const { property, violated } of judgements) if (violated) broken.add(property);
  };
  let state = initialState(program);
  let round: Round | null = loop === 0 ? { begin: state, steps: [] } : null;
  note(inspectState(program, state));
  for (const [index, wanted] of steps.entries()) {
    const taken = retake(program, state, wanted);
    if (taken?.failure === null) {
      state = taken.state;
      round?.steps.push({ step: taken.step, state });
      note(inspectState(program, state));
    } else if (taken !== null) broken.add("bounds");
    note(taken?.judgements ?? []);
    if (index + 1 === loop) round = { begin: state, steps: [] };
  }
  if (successorsOf(program, state).length === 0 && !isFinal(program, state)) {
    broken.add(NO_DEADLOCK);
  }
  for (const liveness of program.liveness) {
    if (round !== null && starves(program, liveness, round)) broken.add(liveness.property);
  }
  return [...broken];
}

/** Whether a run that goes this round for ever keeps somebody waiting, and is fair. */
function starves(program: Program, liveness: Liveness, { begin, steps }: Round): boolean {
  const end = steps.at(-1)?.state ?? begin;
  if (JSON.stringify(end) !== JSON.stringify(begin)) return false;
  const states = [begin, ...steps.map(({ state }) => state)];
  const instances = program.processes.find(({ name }) => name === liveness.process)?.instances ?? 0;
  const waits = Array.from({ length: instances }, (_, instance) =>
    states.every((state) => isPending(program, liveness, instance, state)),
  );
  return waits.includes(true) && isFair(program, { begin, steps });
}

/** Whether everybody who could always take a fair step takes one. */
function isFair(program: Program, { begin, steps }: Round): boolean {
  const enabled = [begin, ...steps.map(({ state }) => state)].map((state) => {
    const fair = successorsOf(program, state).filter(({ step }) => isFairStep(program, step));
    return new Set(fair.map(({ step }) => nameOf(step)));
  });
  const taken = new Set(
    steps.filter(({ step }) => isFairStep(program, step)).map(({ step }) => nameOf(step)),
  );
  const always = [...(enabled[0] ?? [])].filter((name) => enabled.every((set) => set.has(name)));
  return always.every((name) => taken.has(name));
}

function nameOf({ process, instance }: Step): string {
  return `${process} ${instance}`;
}

function isFairStep({ processes }: Program, { process, node, alternative }: Step): boolean {
  const found = processes.find(({ name }) => name === process);
  const rest = found && nodeNamed(found, node);
  if (rest?.kind !== "rest") return false;
  return rest.alternatives.find(({ name }) => name === alternative)?.fair === true;
}
