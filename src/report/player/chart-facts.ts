/**
 * What the state of a cluster chart says, taken apart into facts: one for each of its regions, and
 * one for each counter.
 *
 *     dirty·no·allowed frozen=1   ->   copy: dirty   done: no   access: allowed   frozen: 1
 *
 * Regions are called what the driver's chart calls them.
 */
import type { AutomatonState } from "../../chart/automaton.ts";
import type { Chart } from "../../chart/chart.ts";
import { DRIVERS } from "../../drivers/registry.ts";

/** One thing that a cluster's state says. */
export interface ChartFact {
  /** `copy`; of a chart without regions `state` */
  readonly name: string;
  readonly value: string;
  /** of a counter its number; null: it is none */
  readonly count: number | null;
}

/** Charts of clusters by their names: all variants of one have the same regions. */
const CHARTS = new Map<string, Chart>();
for (const driver of DRIVERS.values()) {
  for (const { charts } of driver.variants({ readers: 1 })) {
    if (charts.cluster !== null) CHARTS.set(charts.cluster.name, charts.cluster);
  }
}

/** @param chart its name, `copy-before-write/cluster` */
export function factsOf(chart: string, { name, context }: AutomatonState): ChartFact[] {
  const counters = Object.entries(context).filter(([, value]) => value !== null);
  const suffix = counters.map(([counter, value]) => ` ${counter}=${String(value)}`).join("");
  const value = name.slice(0, name.length - suffix.length);
  const regions = value.split("·");
  const names = regionsOf(chart);
  const parts =
    names.length === regions.length
      ? regions.map((region, index) => fact(names[index] ?? "", region))
      : [fact("state", value)];
  return [
    ...parts,
    ...counters.map(([counter, count]) => ({
      name: counter,
      value: String(count),
      count: typeof count === "number" ? count : null,
    })),
  ];
}

function fact(name: string, value: string): ChartFact {
  return { name, value, count: null };
}

const known = new Map<string, readonly string[]>();

function regionsOf(name: string): readonly string[] {
  const found = known.get(name);
  if (found !== undefined) return found;
  const root = CHARTS.get(name)?.machine.root;
  const regions = root?.type === "parallel" ? Object.keys(root.states) : ["state"];
  known.set(name, regions);
  return regions;
}
