/**
 * From a sketch to the program that is checked.
 *
 * Cells and stores become fields, actors processes whose rests are the states of their charts. The
 * tables of the charts are all that is read; so whatever can be said in a sketch can be checked.
 *
 * All cells begin alike and so do all instances of an actor, and nothing distinguishes them later:
 * both may be renumbered. A chosen address that is forgotten is one more than the last, which names
 * no cell.
 */
import { tabulate } from "../../chart/tabulate.ts";
import type { Property } from "../../system/property.ts";
import type { SketchActor, SketchDesign } from "../../system/sketch.ts";
import { not, stands, term } from "../program/build.ts";
import type {
  CoverageItem,
  Field,
  Liveness,
  Process,
  Program,
  Symmetry,
} from "../program/program.ts";
import { Cells, handledPairs } from "./sketch/cells.ts";
import { Paths } from "./sketch/paths.ts";
import { Registers } from "./sketch/registers.ts";
import { type ActorPlan, fieldOf, stepOf } from "./sketch/step.ts";
import { ViewJudges } from "./sketch/view-judges.ts";

/**
 * @param properties that the sketch names
 * @throws BlockgraphError `chart-malformed` naming the chart and the state that does what a sketch
 *   cannot
 */
export function lowerSketch(design: SketchDesign, properties: readonly Property[]): Program {
  const automaton = tabulate(design.cells.chart).complete();
  const cells = new Cells(design.cells.name, automaton, design.cells.count, 0);
  const coverage = cells.coverage;
  const actors = design.actors.map((actor) => {
    const lowered = lowerActor(design, actor, cells, properties, coverage.length);
    coverage.push(...lowered.coverage);
    return lowered;
  });
  return {
    name: design.name,
    fields: [cells.field, ...storeFields(design), ...actors.flatMap(({ fields }) => fields)],
    tables: Object.assign(cells.tables, ...actors.map(({ tables }) => tables)),
    processes: actors.map(({ process }) => process),
    properties: properties.map(({ name }) => ({ name, promise: "always" })),
    everyState: [],
    liveness: design.promises.map((promise) => livenessOf(promise, actors)),
    symmetries: symmetriesOf(design, actors),
    coverage,
    final: term(0),
  };
}

interface LoweredActor {
  readonly process: Process;
  readonly fields: readonly Field[];
  readonly tables: Readonly<Record<string, readonly number[]>>;
  readonly coverage: readonly CoverageItem[];
}

function lowerActor(
  design: SketchDesign,
  actor: SketchActor,
  cells: Cells,
  properties: readonly Property[],
  firstItem: number,
): LoweredActor {
  const automaton = tabulate(actor.chart).complete();
  const paths = new Paths(actor, automaton, cells);
  const registers = new Registers(actor, automaton);
  const pairs = handledPairs(automaton);
  const plan: ActorPlan = {
    design,
    actor,
    automaton,
    cells,
    registers,
    remembered: registers.remembered(paths.rests),
    judges: actor.view === null ? null : new ViewJudges(design, actor, properties),
    item: (state, event) =>
      firstItem + pairs.findIndex((pair) => pair.state === state && pair.event === event),
  };
  return {
    process: {
      name: actor.name,
      instances: actor.instances,
      nodes: paths.rests.map((state) => ({
        kind: "rest",
        name: automaton.states[state]?.name ?? "",
        alternatives: paths.from(state).map((path) => stepOf(plan, path)),
      })),
    },
    fields: actorFields(plan),
    tables: plan.judges?.tables ?? {},
    coverage: pairs.map(({ state, event }) => ({
      chart: automaton.name,
      state: automaton.states[state]?.name ?? "",
      event: automaton.events[event] ?? "",
    })),
  };
}

/** The address, which may be none, and the registers; all are forgotten at the beginning. */
function actorFields({ design, actor, registers, remembered }: ActorPlan): Field[] {
  const { count } = design.cells;
  const addresses = Array.from({ length: count }, (_, address) => String(address));
  return [
    {
      name: fieldOf(actor, "address"),
      size: count + 1,
      count: actor.instances,
      initial: Array.from({ length: actor.instances }, () => count),
      values: [...addresses, "none"],
    },
    ...remembered.map((register) => {
      const least = registers.least(register);
      const size = design.values - least;
      const values = Array.from({ length: size }, (_, value) => String(value + least));
      const name = fieldOf(actor, register);
      return { name, size, count: actor.instances, initial: [], values };
    }),
  ];
}

function storeFields(design: SketchDesign): Field[] {
  return design.stores.map(({ name, initial }) => ({
    name,
    size: design.values,
    count: design.cells.count,
    initial: Array.from({ length: design.cells.count }, () => initial),
    values: null,
  }));
}

/** A request is under way while its actor is not where it chooses. */
function livenessOf(
  { name, actor }: SketchDesign["promises"][number],
  actors: readonly LoweredActor[],
): Liveness {
  const first = actors.find(({ process }) => process.name === actor)?.process.nodes[0];
  if (first === undefined) throw new Error(`internal: ${name} speaks of ${actor}, who is nobody`);
  return { property: name, process: actor, pending: not(stands(actor, "self", first.name)) };
}

function symmetriesOf(design: SketchDesign, actors: readonly LoweredActor[]): Symmetry[] {
  const addresses = design.actors.map((actor) => fieldOf(actor, "address"));
  return [
    {
      name: `${design.cells.name}s`,
      size: design.cells.count,
      owned: [design.cells, ...design.stores].map(({ name: field }) => ({ field, stride: 1 })),
      processes: [],
      members: [],
      naming: addresses.map((field) => ({ field, first: 0, each: 1 })),
      closed: true,
    },
    ...actors.map(({ process, fields }) => ({
      name: `${process.name}s`,
      size: process.instances,
      owned: fields.map(({ name: field }) => ({ field, stride: 1 })),
      processes: [{ process: process.name, stride: 1 }],
      members: [],
      naming: [],
      closed: true,
    })),
  ].filter(({ size }) => size > 1);
}
