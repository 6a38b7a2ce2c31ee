/**
 * A breadth-first search with the slow interpreter, for tests: counts, and how it first went wrong.
 */
import { initialState, successorsOf } from "../../../src/check/program/interpret.ts";
import type { Program } from "../../../src/check/program/program.ts";
import type { ProgramState } from "../../../src/check/program/state.ts";

export interface Explored {
  readonly states: number;
  readonly transitions: number;
  /** of the deepest state, in steps */
  readonly depth: number;
  /** what broke first, after how many steps and by which; null: nothing did */
  readonly broken: { readonly what: string; readonly steps: readonly string[] } | null;
  /** properties that were judged */
  readonly judged: ReadonlySet<string>;
  /** coverage items that were taken */
  readonly covered: ReadonlySet<number>;
}

interface Visited {
  readonly state: ProgramState;
  readonly text: string;
  readonly from: Visited | null;
}

/** Searches everything, or up to the first step that breaks a property or leaves the bounds. */
export function explore(program: Program): Explored {
  const initial = initialState(program);
  const known = new Set([JSON.stringify(initial)]);
  const judged = new Set<string>();
  const covered = new Set<number>();
  let level: Visited[] = [{ state: initial, text: "", from: null }];
  let [transitions, depth] = [0, 0];
  const result = (broken: Explored["broken"]) => {
    return { states: known.size, transitions, depth, broken, judged, covered };
  };
  while (level.length > 0) {
    const next: Visited[] = [];
    for (const from of level) {
      for (const successor of successorsOf(program, from.state)) {
        transitions += 1;
        const here = { state: successor.state, text: successor.step.text, from };
        for (const { property } of successor.judgements) judged.add(property);
        for (const item of successor.covered) covered.add(item);
        const violated = successor.judgements.find((judgement) => judgement.violated);
        if (successor.failure !== null) return result({ what: "bounds", steps: textsOf(here) });
        if (violated) return result({ what: violated.property, steps: textsOf(here) });
        const key = JSON.stringify(successor.state);
        if (!known.has(key)) {
          known.add(key);
          next.push(here);
        }
      }
    }
    if (next.length > 0) depth += 1;
    level = next;
  }
  return result(null);
}

function textsOf(last: Visited): string[] {
  const texts: string[] = [];
  for (let at: Visited | null = last; at !== null && at.from !== null; at = at.from) {
    texts.unshift(at.text);
  }
  return texts;
}
