/**
 * Every state of a small program, by the slow interpreter: the other side of all comparisons.
 */
import {
  initialState,
  inspectState,
  isFinal,
  successorsOf,
} from "../../../src/check/program/interpret.ts";
import type { Program } from "../../../src/check/program/program.ts";
import type { Judgement } from "../../../src/check/program/state.ts";

export interface Counts {
  readonly states: number;
  /** steps from all states; one that leaves the bounds leads nowhere, and counts */
  readonly transitions: number;
  /** longest shortest path, in steps */
  readonly depth: number;
  /** how often each property was judged and violated: once for a step, once for a state */
  readonly properties: Readonly<Record<string, { judged: number; violated: number }>>;
  /** steps that violate something or leave the bounds */
  readonly wrongSteps: number;
  /** states that violate something */
  readonly wrongStates: number;
  readonly deadlocks: number;
}

export function explore(program: Program): Counts {
  const properties = Object.fromEntries(
    program.properties.map(({ name }) => [name, { judged: 0, violated: 0 }]),
  );
  const note = (judgements: readonly Judgement[]): boolean => {
    for (const { property, violated } of judgements) {
      const count = properties[property];
      if (count === undefined) throw new Error(`nobody declared ${property}`);
      count.judged++;
      if (violated) count.violated++;
    }
    return judgements.some(({ violated }) => violated);
  };
  const first = initialState(program);
  const seen = new Set([JSON.stringify(first)]);
  let [transitions, wrongSteps, wrongStates, deadlocks, depth] = [0, 0, 0, 0, 0];
  let level = [first];
  for (; level.length > 0; depth++) {
    const next: typeof level = [];
    for (const state of level) {
      const successors = successorsOf(program, state);
      if (note(inspectState(program, state))) wrongStates++;
      if (successors.length === 0 && !isFinal(program, state)) deadlocks++;
      transitions += successors.length;
      for (const successor of successors) {
        if (note(successor.judgements) || successor.failure !== null) wrongSteps++;
        const key = JSON.stringify(successor.state);
        if (successor.failure !== null || seen.has(key)) continue;
        seen.add(key);
        next.push(successor.state);
      }
    }
    level = next;
  }
  return {
    states: seen.size,
    transitions,
    depth: depth - 1,
    properties,
    wrongSteps,
    wrongStates,
    deadlocks,
  };
}
