/**
 * From a format sketch to the program that is checked.
 *
 * Clusters, entries and refcounts become fields, in memory and in the file; actors processes whose
 * rests are the states of their charts. Whoever cuts the power is a process too, and so the checker
 * does so in every state. Instances of an actor are alike; clusters are not, because the first free
 * one is taken.
 */
import { tabulate } from "../../chart/tabulate.ts";
import type { FormatActor, FormatDesign, FormatProperty } from "../../system/format-sketch.ts";
import { not, stands, term } from "../program/build.ts";
import type { CoverageItem, Field, Process, Program, Symmetry } from "../program/program.ts";
import { crashes } from "./format/calls.ts";
import { FormatPaths } from "./format/paths.ts";
import { FIELD, FormatPlan, fieldOf, mayBe, type Variable } from "./format/plan.ts";
import { powerProcess } from "./format/power.ts";
import { stepOf } from "./format/step.ts";
import { handledPairs } from "./sketch/cells.ts";

interface LoweredActor {
  readonly process: Process;
  readonly fields: readonly Field[];
  readonly coverage: readonly CoverageItem[];
}

/**
 * @param properties that the sketch names
 * @throws BlockgraphError `chart-malformed` naming the chart and the state that does what a format
 *   sketch cannot
 */
export function lowerFormat(design: FormatDesign, properties: readonly FormatProperty[]): Program {
  const plan = new FormatPlan(design, properties);
  const coverage = [...plan.guests.coverage, ...plan.hosts.coverage];
  const actors = design.actors.map((actor) => {
    const lowered = lowerActor(plan, actor, coverage.length);
    coverage.push(...lowered.coverage);
    return lowered;
  });
  return {
    name: design.name,
    fields: [
      ...[plan.guests.field, plan.hosts.field],
      ...memoryFields(plan),
      ...fileFields(plan),
      ...watchFields(plan),
      ...actors.flatMap(({ fields }) => fields),
    ],
    tables: plan.tables,
    processes: [
      ...actors.map(({ process }) => process),
      ...(crashes(plan) ? [powerProcess(plan)] : []),
    ],
    properties: properties.map(({ name }) => ({ name, promise: "always" })),
    everyState: [],
    liveness: design.promises.map(({ name, actor }) => {
      const first = actors.find(({ process }) => process.name === actor)?.process.nodes[0];
      if (first === undefined) throw new Error(`internal: ${name} speaks of ${actor}: nobody`);
      return { property: name, process: actor, pending: not(stands(actor, "self", first.name)) };
    }),
    symmetries: symmetriesOf(actors),
    coverage,
    final: term(0),
  };
}

function lowerActor(plan: FormatPlan, actor: FormatActor, firstItem: number): LoweredActor {
  const automaton = tabulate(actor.chart).complete();
  const paths = new FormatPaths(plan, actor, automaton);
  const pairs = handledPairs(automaton);
  const { rests } = paths;
  const variables: readonly Variable[] = ["address", "host", "value"];
  const remembered = variables.filter((it) => rests.some((rest) => paths.isLive(it, rest)));
  const item = (state: number, event: number) =>
    firstItem + pairs.findIndex((pair) => pair.state === state && pair.event === event);
  const of = { plan, actor, automaton, paths, remembered, item };
  return {
    process: {
      name: actor.name,
      instances: actor.instances,
      nodes: rests.map((state) => ({
        kind: "rest",
        name: automaton.states[state]?.name ?? "",
        alternatives: paths.from(state).map((path) => stepOf(of, path)),
      })),
    },
    fields: remembered.map((variable) => variableField(plan, actor, variable)),
    coverage: pairs.map(({ state, event }) => ({
      chart: automaton.name,
      state: automaton.states[state]?.name ?? "",
      event: automaton.events[event] ?? "",
    })),
  };
}

/** A number that is forgotten is one more than the last; a value is 0 then. */
function variableField(plan: FormatPlan, actor: FormatActor, variable: Variable): Field {
  const { guests, hosts, values } = plan.design;
  const last = { address: guests.count, host: hosts.count, value: values }[variable];
  const none = variable === "value" ? 0 : last;
  return {
    name: fieldOf(actor, variable),
    size: last + 1,
    count: actor.instances,
    initial: Array.from({ length: actor.instances }, () => none),
    values: null,
  };
}

function numbers(name: string, size: number, count: number, initial = 0): Field {
  const all = Array.from({ length: count }, () => initial);
  return { name, size, count, initial: all, values: null };
}

function memoryFields(plan: FormatPlan): Field[] {
  const { guests, hosts } = plan.design;
  const entries = { values: plan.entryWords };
  const size = plan.nowhere + 1;
  return [
    { ...numbers(FIELD.entry, size, guests.count, plan.nowhere), ...entries },
    { ...numbers(FIELD.entryCopy, size, guests.count, plan.nowhere), ...entries },
    numbers(FIELD.refcountCopy, 2, hosts.count),
  ];
}

/** The newest values, and sets of those that there may be. */
function fileFields(plan: FormatPlan): Field[] {
  const { guests, hosts } = plan.design;
  const kinds = [
    [FIELD.fileEntry, plan.nowhere + 1, guests.count, plan.nowhere, plan.entryWords],
    [FIELD.fileRefcount, 2, hosts.count, 0, null],
    [FIELD.content, plan.contents, hosts.count, 0, plan.contentWords],
  ] as const;
  return kinds.flatMap(([name, size, count, initial, values]) => [
    { ...numbers(name, size, count, initial), values },
    ...(crashes(plan) ? [numbers(mayBe(name), 2 ** size, count, 2 ** initial)] : []),
  ]);
}

function watchFields(plan: FormatPlan): Field[] {
  if (!plan.judges("unexplained")) return [];
  const { guests, values, actors } = plan.design;
  const sets = 2 ** (values + 1);
  const changing = actors.filter(({ request }) => request === "write" || request === "discard");
  const changes = changing.reduce((sum, { instances }) => sum + instances, 0);
  return [
    numbers(FIELD.current, sets, guests.count, 1),
    numbers(FIELD.pledged, sets, guests.count, 0),
    numbers(FIELD.allowed, sets, guests.count, 1),
    numbers(FIELD.changes, changes + 1, guests.count),
    numbers(FIELD.disputed, 2, guests.count),
  ];
}

function symmetriesOf(actors: readonly LoweredActor[]): Symmetry[] {
  return actors
    .map(({ process, fields }) => ({
      name: `${process.name}s`,
      size: process.instances,
      owned: fields.map(({ name: field }) => ({ field, stride: 1 })),
      processes: [{ process: process.name, stride: 1 }],
      members: [],
      naming: [],
      closed: true,
    }))
    .filter(({ size }) => size > 1);
}
