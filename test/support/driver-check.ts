/**
 * Static checks of a driver's charts: questions that the tables answer without running anything.
 *
 * A request that gets an answer its chart has no word for ends the whole simulation with an error,
 * however rare the schedule. So every chart must have a word for every answer it can get.
 */
import type { Automaton } from "../../src/chart/automaton.ts";
import type { Chart } from "../../src/chart/chart.ts";
import type { Ask, Effect } from "../../src/chart/effects.ts";
import { tabulate } from "../../src/chart/tabulate.ts";
import type { DriverCharts } from "../../src/drivers/driver.ts";
import { ERRNOS } from "../../src/vocabulary.ts";
import { chartsOf } from "./charts.ts";
import { withoutContext } from "./walk.ts";

/** Tables by chart: many states ask the same cluster chart. */
const tables = new WeakMap<Chart, Automaton>();

function tablesOf(chart: Chart): Automaton {
  const automaton = tables.get(chart) ?? tabulate(chart).complete();
  tables.set(chart, automaton);
  return automaton;
}

const FAILURES = ERRNOS.map((errno) => `FAILED(${errno})`);

/**
 * What is wrong with a driver's charts, one sentence each.
 * @param children edge names of the driver; `storage` if it has an image
 */
export function problemsOf(charts: DriverCharts, children: readonly string[]): string[] {
  return chartsOf(charts).flatMap((chart) => {
    const automaton = tablesOf(chart);
    const problems = [...unreachable(chart, automaton)];
    if (chart.kind === "request") {
      problems.push(...unanswerable(automaton, charts, children), ...endless(automaton));
    }
    return problems.map((problem) => `${chart.name}: ${problem}`);
  });
}

/** States of the drawing that no sequence of events leads to. */
function unreachable(chart: Chart, automaton: Automaton): string[] {
  const reached = new Set(automaton.states.flatMap(({ name }) => withoutContext(name).split("·")));
  return leaves(chart.machine.root.states)
    .filter((leaf) => !reached.has(leaf))
    .map((leaf) => `state ${leaf} cannot be reached`);
}

interface StateNodes {
  readonly [name: string]: { readonly states: StateNodes };
}

function leaves(states: StateNodes): string[] {
  return Object.entries(states).flatMap(([name, node]) =>
    Object.keys(node.states).length === 0 ? [name] : leaves(node.states),
  );
}

/** Answers that a state can get and does not handle, and questions that nobody can answer. */
function unanswerable(
  automaton: Automaton,
  charts: DriverCharts,
  children: readonly string[],
): string[] {
  const problems: string[] = [];
  const emptiness = perhapsEmpty(automaton);
  for (const [state, { name, effect }] of automaton.states.entries()) {
    if (effect === null) continue;
    const answers = answersTo(effect, charts, children);
    if (typeof answers === "string") {
      problems.push(`state ${name} ${answers}`);
      continue;
    }
    for (const answer of emptiness.has(state) ? [...answers, "NONE"] : answers) {
      const event = automaton.event(answer);
      const handled = event >= 0 && automaton.next(state, event) >= 0;
      if (!handled) problems.push(`state ${name} does not handle ${answer}`);
    }
  }
  return problems;
}

/**
 * States that ask the clusters that a request covers while there may be none: they do not change,
 * so whoever got another answer than NONE once need not expect NONE again.
 */
function perhapsEmpty(automaton: Automaton): Set<number> {
  const found = new Set([0]);
  for (const state of found) {
    const asks = asksCovered(automaton, state);
    for (const [event, name] of automaton.events.entries()) {
      const next = automaton.next(state, event);
      if (next >= 0 && (!asks || name === "NONE")) found.add(next);
    }
  }
  return new Set([...found].filter((state) => asksCovered(automaton, state)));
}

function asksCovered(automaton: Automaton, state: number): boolean {
  const effect = automaton.states[state]?.effect;
  return effect?.kind === "ask" && (effect.over === "interior" || effect.over === "whole");
}

/** Every answer that an effect can get (NONE aside), or what keeps it from getting any. */
function answersTo(
  effect: Effect,
  charts: DriverCharts,
  children: readonly string[],
): readonly string[] | string {
  switch (effect.kind) {
    case "ask":
      return answersToAsk(effect, charts);
    case "call": {
      if (!children.includes(effect.child)) return `calls ${effect.child}, which is no child`;
      const successes = effect.operation.endsWith("block-status") ? ["DATA", "ZERO"] : ["DONE"];
      return [...successes, ...FAILURES];
    }
    case "fork":
      if (!Object.hasOwn(charts.tasks, effect.task))
        return `forks ${effect.task}, which is no task`;
      return ["DONE", ...FAILURES];
    case "advance":
      return ["MORE", "END"];
    case "choose":
      return ["CHOSEN"];
    case "finish":
      return [];
  }
}

function answersToAsk(effect: Ask, charts: DriverCharts): readonly string[] | string {
  const asked = effect.chart === "cluster" ? charts.cluster : charts.node;
  if (asked === null) return `asks the ${effect.chart} chart, which the driver does not have`;
  const automaton = tablesOf(asked);
  const event = automaton.event(effect.event);
  const replies = new Set<string>();
  for (const state of automaton.states.keys()) {
    if (event < 0 || automaton.outOfBounds(state, event) !== null) continue;
    if (automaton.next(state, event) < 0) continue;
    replies.add(automaton.replies[automaton.reply(state, event)] ?? "?");
  }
  if (replies.size === 0) return `asks ${effect.event}, which ${asked.name} never answers`;
  return [...replies];
}

/** States from which the request cannot end any more. */
function endless(automaton: Automaton): string[] {
  const ending = new Set<number>();
  for (const [state, { effect }] of automaton.states.entries()) {
    if (effect?.kind === "finish") ending.add(state);
  }
  for (let before = -1; before < ending.size; ) {
    before = ending.size;
    for (const state of automaton.states.keys()) {
      const nexts = automaton.events.map((_, event) => automaton.next(state, event));
      if (nexts.some((next) => ending.has(next))) ending.add(state);
    }
  }
  return automaton.states
    .filter((_, state) => !ending.has(state))
    .map(({ name }) => `state ${name} leads to no end`);
}
