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

export type StateConfig = NonNullable<AnyStateMachine["config"]["states"]>[string];

/** What a state does on an event: where it goes, and what it replies. */
export interface Answer {
  readonly target?: string;
  readonly guard?: string;
  readonly actions?: readonly { readonly type: string; readonly params?: unknown }[];
}

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

/** Makes a state answer an event in another way, as XState writes it; null: not at all. */
export function reanswer(chart: Chart, state: string, event: string, answer: Answer | null): Chart {
  const config = stateConfig(chart, state);
  const { [event]: _, ...others } = config.on ?? {};
  return withState(chart, state, {
    ...config,
    on: answer === null ? others : { ...others, [event]: answer },
  });
}

/** Takes an event for another one that the state handles. */
export function confuse(chart: Chart, state: string, event: string, other: string): Chart {
  const config = stateConfig(chart, state);
  const answer = config.on?.[other];
  if (answer === undefined) throw unknown(chart, `state ${state} has no ${other}`);
  return withState(chart, state, { ...config, on: { ...config.on, [event]: answer } });
}

/** Makes a state do something else; its answers stay. */
export function replaceEffect(chart: Chart, state: string, meta: EffectMeta): Chart {
  return withState(chart, state, { ...stateConfig(chart, state), meta });
}

/** Makes two states do what the other one does; their answers stay. */
export function exchangeEffects(chart: Chart, one: string, other: string): Chart {
  const [first, second] = [stateConfig(chart, one), stateConfig(chart, other)];
  const changed = withState(chart, one, { ...first, meta: second.meta });
  return withState(changed, other, { ...second, meta: first.meta });
}

/** Makes a chart know an event that it had no name for. */
export function withEvent(chart: Chart, type: string): Chart {
  if (chart.events.some((event) => event.type === type)) return chart;
  return { ...chart, events: [...chart.events, { type }] };
}

/** Changes what XState was told about a machine as a whole. */
export function withConfig(
  chart: Chart,
  change: <Config extends StateConfig>(config: Config) => Config,
): Chart {
  const { machine } = chart;
  return { ...chart, machine: createMachine(change(machine.config), machine.implementations) };
}

/** A state within states is named by its path: `copy.dirty`. */
function withState(chart: Chart, state: string, by: StateConfig): Chart {
  const path = state.split(".");
  return withConfig(chart, (config) => replaced(config, path, by));
}

function replaced<Config extends StateConfig>(
  config: Config,
  path: readonly string[],
  by: StateConfig,
): Config {
  const [first, ...rest] = path;
  const inner = first === undefined ? undefined : config.states?.[first];
  if (first === undefined || inner === undefined) return config;
  const state = rest.length === 0 ? by : replaced(inner, rest, by);
  return { ...config, states: { ...config.states, [first]: state } };
}

/** What XState was told about a state. */
export function stateConfig(chart: Chart, state: string): StateConfig {
  let config: StateConfig | undefined = chart.machine.config;
  for (const name of state.split(".")) {
    config = new Map(Object.entries(config?.states ?? {})).get(name);
  }
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
