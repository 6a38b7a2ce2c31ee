/**
 * Finds the events with which a chart takes something back: THAW undoes FREEZE, RELEASE undoes
 * HOLD, ABANDON undoes CLAIM.
 *
 * An event undoes another one if the other leads from a state away from the beginning, and the
 * event leads from there back to that very state.
 */
import type { Automaton } from "./automaton.ts";

/** @param automaton a complete one */
export function undoes(automaton: Automaton, event: string): boolean {
  const undo = automaton.event(event);
  const distances = distancesOf(automaton);
  return automaton.states.some((_, state) =>
    followers(automaton, state).some((away) => {
      const farther = (distances[away] ?? 0) > (distances[state] ?? 0);
      return farther && nextOf(automaton, away, undo) === state;
    }),
  );
}

/** Transitions from the initial state, by state. */
function distancesOf(automaton: Automaton): readonly number[] {
  const distances: number[] = [0];
  const reached = [0];
  for (const state of reached) {
    for (const next of followers(automaton, state)) {
      if (distances[next] !== undefined) continue;
      distances[next] = (distances[state] ?? 0) + 1;
      reached.push(next);
    }
  }
  return distances;
}

function followers(automaton: Automaton, state: number): readonly number[] {
  const next = automaton.events.map((_, event) => nextOf(automaton, state, event));
  return [...new Set(next.filter((each) => each >= 0 && each !== state))];
}

/** -1 also where the pair leaves the chart's bounds. */
function nextOf(automaton: Automaton, state: number, event: number): number {
  return automaton.outOfBounds(state, event) === null ? automaton.next(state, event) : -1;
}
