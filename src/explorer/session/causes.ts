/**
 * What a violation is due to: the values of a state any one of which would have to be another one,
 * and the property would hold.
 *
 * Nothing is asked but the program itself: a value is changed, the step is taken again, and the
 * property judges again. So a cause is what a reader can try out, whatever the property is about.
 * Where two values would have to change at once, there is none.
 */

import { NO_DEADLOCK } from "../../check/only-properties.ts";
import { inspectState, retake, successorsOf } from "../../check/program/interpret.ts";
import { nodeNamed, restsOf } from "../../check/program/nodes.ts";
import type { Program } from "../../check/program/program.ts";
import type { Judgement, ProgramState, Step } from "../../check/program/state.ts";
import { instanceLabel } from "../../report/check/changes.ts";
import type { Cause } from "./exploration.ts";

/** Other values that are named, of each. */
const MOST_INSTEAD = 3;
/** Values that are tried, at the most: some hundred milliseconds. */
const MOST_TRIED = 4000;

/** A step, and the states around it. */
export interface Broken {
  readonly before: ProgramState;
  readonly step: Step;
  readonly after: ProgramState;
}

/** @param broken what broke the property; `step` null: it was broken in the beginning */
export function causesOf(
  program: Program,
  property: string,
  { before, step, after }: Broken | { before: ProgramState; step: null; after: ProgramState },
): Cause[] {
  if (property === NO_DEADLOCK) return waitingIn(program, after);
  const judge = (judged: readonly Judgement[]) => verdictOf(judged, property);
  const isState = judge(inspectState(program, after)) === "violated";
  if (isState) return triedOut(program, after, (state) => judge(inspectState(program, state)));
  if (step === null) return [];
  return triedOut(program, before, (state) => {
    const taken = retake(program, state, step);
    return taken === null || taken.failure !== null ? null : judge(taken.judgements);
  });
}

function verdictOf(judgements: readonly Judgement[], property: string): Verdict {
  const own = judgements.filter((judgement) => judgement.property === property);
  if (own.length === 0) return null;
  return own.some(({ violated }) => violated) ? "violated" : "holds";
}

type Verdict = "holds" | "violated" | null;

/** A value of a state, and the state with another one there. */
interface Place {
  readonly what: string;
  readonly value: string;
  readonly others: readonly { readonly value: string; readonly state: () => ProgramState }[];
}

function triedOut(
  program: Program,
  state: ProgramState,
  judge: (state: ProgramState) => Verdict,
): Cause[] {
  const places = placesOf(program, state);
  const tries = places.reduce((sum, { others }) => sum + others.length, 0);
  const share = Math.max(1, Math.floor(MOST_TRIED / Math.max(1, places.length)));
  const most = tries <= MOST_TRIED ? tries : share;
  return places.flatMap(({ what, value, others }) => {
    const instead: string[] = [];
    for (const other of others.slice(0, most)) {
      if (instead.length === MOST_INSTEAD) break;
      if (verdictIn(other.state(), judge) === "holds") instead.push(other.value);
    }
    return instead.length === 0 ? [] : [{ what, value, instead }];
  });
}

/** No run leads to most of these states, so a program may be at a loss there. */
function verdictIn(state: ProgramState, judge: (state: ProgramState) => Verdict): Verdict {
  try {
    return judge(state);
  } catch {
    return null;
  }
}

function placesOf(program: Program, state: ProgramState): Place[] {
  const places = program.fields.flatMap(({ name, size, count, values }) => {
    const elements = state.fields[name] ?? [];
    const called = (value: number) => values?.[value] ?? String(value);
    return elements.map((held, at): Place => {
      const others = Array.from({ length: size }, (_, value) => value)
        .filter((value) => value !== held)
        .map((value) => ({
          value: called(value),
          state: () => ({
            ...state,
            fields: { ...state.fields, [name]: elements.with(at, value) },
          }),
        }));
      return { what: count === 1 ? name : `${name}[${at}]`, value: called(held), others };
    });
  });
  const rests = program.processes.flatMap((process) => {
    const { name } = process;
    const nodes = state.nodes[name] ?? [];
    return nodes.map((held, at): Place => {
      const others = restsOf(process)
        .filter((rest) => rest !== held)
        .map((value) => ({
          value,
          state: () => ({ ...state, nodes: { ...state.nodes, [name]: nodes.with(at, value) } }),
        }));
      return { what: instanceLabel(program, name, at), value: held, others };
    });
  });
  return [...places, ...rests];
}

/** Of a deadlock: who stands where there would be a step, if somebody let it be taken. */
function waitingIn(program: Program, state: ProgramState): Cause[] {
  if (successorsOf(program, state).length > 0) return [];
  return program.processes.flatMap((process) =>
    (state.nodes[process.name] ?? []).flatMap((held, at): Cause[] => {
      const node = nodeNamed(process, held);
      if (node?.kind !== "rest" || node.alternatives.length === 0) return [];
      return [{ what: instanceLabel(program, process.name, at), value: held, instead: [] }];
    }),
  );
}
