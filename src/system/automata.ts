/**
 * The automata of nodes: the charts of their drivers, changed by a mutant or not, as tables.
 *
 * They are shared between nodes whose charts are equal, and kept: tables fill as they are used.
 */
import type { Automaton } from "../chart/automaton.ts";
import type { Chart } from "../chart/chart.ts";
import { tabulate } from "../chart/tabulate.ts";
import type { DriverCharts, Instance } from "../drivers/driver.ts";
import { OPERATIONS, type Operation } from "../vocabulary.ts";
import type { ChartMutation, SystemNode, SystemRules } from "./system.ts";

/** The default of {@link SystemRules.readers}. Tables fill as needed, so that it costs nothing. */
const READERS_MAX = 1024;

type NodeAutomata = Pick<SystemNode, "cluster" | "node" | "requests" | "tasks">;

type Memory = Pick<NodeAutomata, "cluster" | "node">;

class AutomatonCache {
  readonly byCharts = new Map<string, NodeAutomata>();
  readonly byMemory = new Map<string, Memory>();
}

const original = new AutomatonCache();
const mutated = new WeakMap<ChartMutation, AutomatonCache>();

/** The automata of an instance of a driver. */
export function automataOf(
  driver: string,
  instance: Instance,
  { mutation, readers = READERS_MAX }: SystemRules,
): NodeAutomata {
  const mutates = mutation?.driver === driver ? mutation : null;
  const cache = mutates === null ? original : (mutated.get(mutates) ?? new AutomatonCache());
  if (mutates !== null) mutated.set(mutates, cache);
  const key = `${instance.chartKey} ${readers}`;
  const known = cache.byCharts.get(key);
  if (known !== undefined) return known;
  const charts = instance.charts({ readers });
  const changed = mutates === null ? charts : mutates.change(charts);
  const memoryKey = `${instance.memoryKey} ${readers}`;
  const memory = cache.byMemory.get(memoryKey) ?? tabulateMemory(changed);
  cache.byMemory.set(memoryKey, memory);
  const made = { ...memory, ...tabulateRequests(changed) };
  cache.byCharts.set(key, made);
  return made;
}

function tabulateMemory({ cluster, node }: DriverCharts): Memory {
  const one = (chart: Chart | null) => (chart === null ? null : tabulate(chart));
  return { cluster: one(cluster), node: one(node) };
}

function tabulateRequests(charts: DriverCharts): Omit<NodeAutomata, keyof Memory> {
  const requests = new Map<Operation, Automaton>();
  for (const operation of OPERATIONS) {
    const chart = charts.requests[operation];
    if (chart !== undefined) requests.set(operation, tabulate(chart));
  }
  const tasks = new Map(
    Object.entries(charts.tasks).map(([name, chart]) => [name, tabulate(chart)]),
  );
  return { requests, tasks };
}
