/**
 * Cluster and node charts that never let an asker wait.
 *
 * An event that nobody handles is how a chart says: wait. An impatient chart knows a second event
 * that does what the first one does where that is handled, and elsewhere just replies and changes
 * nothing. Whoever asks by that event goes on as if it had been answered; others wait as before.
 */
import type { Automaton } from "./automaton.ts";
import type { Chart } from "./chart.ts";
import { type StateConfig, withConfig, withEvent } from "./mutate.ts";

/** The name of the event that does not wait. */
export function impatientEvent(event: string, reply: string): string {
  return `${event} or ${reply}`;
}

/** Whether somebody who asks may have to wait: some state does not handle the event. */
export function mayWait(automaton: Automaton, event: string): boolean {
  const index = automaton.event(event);
  return automaton.states.some(
    (_, state) => automaton.outOfBounds(state, index) === null && automaton.next(state, index) < 0,
  );
}

/** @param reply what is replied where the event is not handled */
export function answerImpatiently(chart: Chart, event: string, reply: string): Chart {
  const name = impatientEvent(event, reply);
  if (chart.events.some(({ type }) => type === name)) return chart;
  const answer = { actions: [{ type: "reply", params: { type: reply } }] };
  const changed = withConfig(chart, (config) => impatient(config, event, name, answer));
  return withEvent(changed, name);
}

function impatient<Config extends StateConfig>(
  config: Config,
  event: string,
  name: string,
  answer: object,
): Config {
  const own = config.on?.[event];
  const children = Object.entries(config.states ?? {});
  const concerned = config.type !== "parallel" && children.some(([, child]) => knows(child, event));
  const states = Object.fromEntries(
    children.map(([child, inner]) => {
      const changed = impatient(inner, event, name, answer);
      const silent = concerned && !knows(inner, event);
      return [child, silent ? { ...changed, on: { ...changed.on, [name]: answer } } : changed];
    }),
  );
  const guarded = typeof own === "object" && "guard" in own;
  const on = own === undefined ? {} : { [name]: guarded ? [own, answer] : own };
  return {
    ...config,
    ...(children.length > 0 && { states }),
    on: { ...config.on, ...on },
  };
}

function knows(config: StateConfig, event: string): boolean {
  if (config.on?.[event] !== undefined) return true;
  return Object.values(config.states ?? {}).some((child) => knows(child, event));
}
