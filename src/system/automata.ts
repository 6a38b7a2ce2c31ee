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

/** Charts as they are drawn, and as tables. */
interface Tabulated {
  readonly charts: DriverCharts;
  readonly automata: NodeAutomata;
}

class AutomatonCache {
  readonly byCharts = new Map<string, Tabulated>();
  readonly byMemory = new Map<string, Memory>();
}

const original = new AutomatonCache();
const mutated = new WeakMap<ChartMutation, AutomatonCache>();

/** The automata of an instance of a driver. */
export function automataOf(driver: string, instance: Instance, rules: SystemRules): NodeAutomata {
  const { mutation, readers = READERS_MAX } = rules;
  if (mutation?.driver !== driver) return originalOf(instance, readers).automata;
  const cache = mutated.get(mutation) ?? new AutomatonCache();
  mutated.set(mutation, cache);
  const key = `${instance.chartKey} ${readers}`;
  const known = cache.byCharts.get(key);
  if (known !== undefined) return known.automata;
  const before = originalOf(instance, readers);
  const charts = mutation.change(before.charts);
  const memoryKey = `${instance.memoryKey} ${readers}`;
  const memory = cache.byMemory.get(memoryKey) ?? tabulateMemory(charts, before);
  cache.byMemory.set(memoryKey, memory);
  const automata = { ...memory, ...tabulateRequests(charts, before) };
  cache.byCharts.set(key, { charts, automata });
  return automata;
}

/** The charts of a driver as nothing has changed them. */
function originalOf(instance: Instance, readers: number): Tabulated {
  const key = `${instance.chartKey} ${readers}`;
  const known = original.byCharts.get(key);
  if (known !== undefined) return known;
  const charts = instance.charts({ readers });
  const memoryKey = `${instance.memoryKey} ${readers}`;
  const memory = original.byMemory.get(memoryKey) ?? tabulateMemory(charts, null);
  original.byMemory.set(memoryKey, memory);
  const made = { charts, automata: { ...memory, ...tabulateRequests(charts, null) } };
  original.byCharts.set(key, made);
  return made;
}

/** @param before what was changed: charts that are the same have the same tables; null: nothing */
function tabulateMemory({ cluster, node }: DriverCharts, before: Tabulated | null): Memory {
  if (before !== null && cluster === before.charts.cluster && node === before.charts.node) {
    return { cluster: before.automata.cluster, node: before.automata.node };
  }
  const one = (chart: Chart | null) => (chart === null ? null : tabulate(chart));
  return { cluster: one(cluster), node: one(node) };
}

function tabulateRequests(
  charts: DriverCharts,
  before: Tabulated | null,
): Omit<NodeAutomata, keyof Memory> {
  const requests = new Map<Operation, Automaton>();
  for (const operation of OPERATIONS) {
    const chart = charts.requests[operation];
    if (chart === undefined) continue;
    const same = chart === before?.charts.requests[operation];
    const known = same ? before.automata.requests.get(operation) : undefined;
    requests.set(operation, known ?? tabulate(chart));
  }
  const tasks = new Map(
    Object.entries(charts.tasks).map(([name, chart]) => {
      const same = chart === before?.charts.tasks[name];
      const known = same ? before.automata.tasks.get(name) : undefined;
      return [name, known ?? tabulate(chart)];
    }),
  );
  return { requests, tasks };
}
