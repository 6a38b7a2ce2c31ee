/**
 * Walking through an automaton by the names of events, as a reader of a rule would.
 */
import type { Automaton } from "../../src/chart/automaton.ts";

/** What an event leads to. */
export interface Step {
  /** index of the next state */
  readonly state: number;
  /** null where the chart replies nothing */
  readonly reply: string | null;
}

/** Offers an event; null if it is not handled now, so that the sender waits. */
export function offer(automaton: Automaton, state: number, event: string): Step | null {
  const index = automaton.event(event);
  if (index < 0) throw new RangeError(`${automaton.name} has no event ${event}`);
  const next = automaton.next(state, index);
  if (next < 0) return null;
  return { state: next, reply: automaton.replies[automaton.reply(state, index)] ?? null };
}

/** The state after events that must all be handled. */
export function stateAfter(automaton: Automaton, ...events: readonly string[]): number {
  return events.reduce((state, event) => {
    const step = offer(automaton, state, event);
    if (step !== null) return step.state;
    throw new RangeError(`${automaton.name} waits with ${event} in ${nameOf(automaton, state)}`);
  }, 0);
}

/** The reply to an event in a state; null if the sender waits. */
export function replyTo(automaton: Automaton, state: number, event: string): string | null {
  return offer(automaton, state, event)?.reply ?? null;
}

/** What happens from the initial state on: the names of the states passed, the first included. */
export function path(automaton: Automaton, ...events: readonly string[]): string[] {
  const names = [nameOf(automaton, 0)];
  for (let count = 1; count <= events.length; count++) {
    names.push(nameOf(automaton, stateAfter(automaton, ...events.slice(0, count))));
  }
  return names;
}

export function nameOf(automaton: Automaton, state: number): string {
  return automaton.states[state]?.name ?? "?";
}

/** A state's name without what its context holds: `dirty·no·allowed`. */
export function withoutContext(name: string): string {
  return name.replace(/( \w+=\S+)+$/, "");
}
