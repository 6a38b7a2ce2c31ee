/**
 * How long it takes to make the tables of every chart, and what a look-up then costs beside
 * XState's own `transition()`.
 *
 *     npm run build && node dist/bench/tabulate.js
 */
import { fileURLToPath } from "node:url";
import { initialTransition, transition } from "xstate";
import type { Chart } from "../src/chart/chart.ts";
import { tabulate } from "../src/chart/tabulate.ts";
import type { DriverCharts } from "../src/drivers/driver.ts";
import { DRIVERS } from "../src/drivers/registry.ts";
import { median } from "./statistics.ts";

const ROUNDS = 9;
/** view reads that the cluster chart counts here: what a check uses, not what a run allows */
const READERS = 2;

export interface ChartMeasurement {
  readonly chart: string;
  readonly states: number;
  /** ms for the whole table */
  readonly tabulation: number;
}

/** Measures and prints, one line for each chart of each driver, then the look-up. */
export function benchTabulate(print: (line: string) => void = console.log): ChartMeasurement[] {
  const results: ChartMeasurement[] = [];
  for (const driver of DRIVERS.values()) {
    const [variant] = driver.variants({ readers: READERS });
    for (const chart of variant === undefined ? [] : chartsOf(variant.charts)) {
      const times = Array.from({ length: ROUNDS }, () => timeOf(() => tabulate(chart).complete()));
      const { states } = tabulate(chart).complete();
      results.push({ chart: chart.name, states: states.length, tabulation: median(times) });
    }
  }
  for (const { chart, states, tabulation } of results) {
    const line = `${chart.padEnd(44)} ${String(states).padStart(4)} states`;
    print(`${line} ${tabulation.toFixed(2).padStart(7)} ms`);
  }
  const total = results.reduce((sum, { tabulation }) => sum + tabulation, 0);
  print(`all ${results.length} charts: ${total.toFixed(1)} ms`);
  print(lookUp());
  return results;
}

/** The cluster chart, claimed and reset again and again. */
function lookUp(): string {
  const chart = DRIVERS.get("copy-before-write")?.variants({ readers: READERS })[0]?.charts.cluster;
  if (chart === undefined || chart === null) return "";
  const automaton = tabulate(chart).complete();
  const events = ["CLAIM", "ABANDON"].map((name) => automaton.event(name));
  const tableSteps = 20_000_000;
  const table = timeOf(() => {
    let state = 0;
    for (let step = 0; step < tableSteps; step++)
      state = automaton.next(state, events[step & 1] ?? 0);
    if (state !== 0) throw new Error("CLAIM and ABANDON do not lead back");
  });
  const machineSteps = 20_000;
  const machine = timeOf(() => {
    let [snapshot] = initialTransition(chart.machine);
    for (let step = 0; step < machineSteps; step++) {
      [snapshot] = transition(chart.machine, snapshot, {
        type: step % 2 === 0 ? "CLAIM" : "ABANDON",
      });
    }
  });
  const perLookUp = (table / tableSteps) * 1e6;
  const perTransition = (machine / machineSteps) * 1e6;
  return (
    `a look-up ${perLookUp.toFixed(1)} ns, transition() ${perTransition.toFixed(0)} ns: ` +
    `${(perTransition / perLookUp).toFixed(0)} to 1`
  );
}

function chartsOf({ cluster, node, requests, tasks }: DriverCharts): Chart[] {
  const all = [cluster, node, ...Object.values(requests), ...Object.values(tasks)];
  return all.filter((chart) => chart !== null && chart !== undefined);
}

/** @returns ms */
function timeOf(action: () => void): number {
  const begun = performance.now();
  action();
  return performance.now() - begun;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) benchTabulate();
