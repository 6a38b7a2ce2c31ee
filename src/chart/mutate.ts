/**
 * One-line changes to charts: how mutants are written.
 *
 * A mutant is the same machine with one thing wrong. The changes work on XState's own
 * configuration, so a mutated chart is still a chart: it can be drawn, tabulated and compared.
 */
import { type AnyStateMachine, createMachine } from "xstate";
import { BlockgraphError } from "../error.ts";
import type { Chart } from "./chart.ts";
import type { EffectMeta } from "./effects.ts";

type StateConfig = NonNullable<AnyStateMachine["config"]["states"]>[string];

/**
 * Skips a state: whoever would enter it goes on where `event` would have led, with its actions.
 * @param event the answer that is assumed
 */
export function bypass(chart: Chart, state: string, event: string): Chart {
  const answer = stateConfig(chart, state).on?.[event];
  const target = typeof answer === "string" ? answer : targetOf(answer);
  if (target === undefined) throw unknown(chart, `state ${state} has no target for ${event}`);
  return withState(chart, state, { always: answer });
}

/** Leads an event of a state somewhere else; what it does besides stays. */
export function redirect(chart: Chart, state: string, event: string, target: string): Chart {
  const config = stateConfig(chart, state);
  const answer = config.on?.[event];
  if (answer === undefined) throw unknown(chart, `state ${state} has no ${event}`);
  stateConfig(chart, target);
  const led = typeof answer === "object" && "target" in answer ? { ...answer, target } : target;
  return withState(chart, state, { ...config, on: { ...config.on, [event]: led } });
}

/** Makes a state do something else; its answers stay. */
export function replaceEffect(chart: Chart, state: string, meta: EffectMeta): Chart {
  return withState(chart, state, { ...stateConfig(chart, state), meta });
}

function withState(chart: Chart, state: string, config: StateConfig): Chart {
  const { machine } = chart;
  const states = { ...machine.config.states, [state]: config };
  return {
    ...chart,
    machine: createMachine({ ...machine.config, states }, machine.implementations),
  };
}

function stateConfig(chart: Chart, state: string): StateConfig {
  const states = new Map(Object.entries(chart.machine.config.states ?? {}));
  const config = states.get(state);
  if (config === undefined) throw unknown(chart, `there is no state ${state}`);
  return config;
}

function targetOf(answer: unknown): string | undefined {
  if (typeof answer !== "object" || answer === null || !("target" in answer)) return undefined;
  return typeof answer.target === "string" ? answer.target : undefined;
}

function unknown(chart: Chart, problem: string): BlockgraphError {
  return new BlockgraphError("chart-malformed", `${chart.name} cannot be changed: ${problem}`);
}
