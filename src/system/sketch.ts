/**
 * A sketch: a design reduced to charts, before there are drivers for it.
 *
 * A model (model.ts) is a graph of drivers that serve requests. A sketch has no graph: *cells*, one
 * cluster chart for each address; *stores*, which hold one small value for each address; and
 * *actors*, whose request charts ask the cells and read and write the stores. It answers the first
 * question about a design, whether its protocol is right at all, within seconds.
 *
 * The vocabulary is that of all request charts, with these meanings:
 *
 *     choose   the environment picks an address, and for `address-and-value` a value other than 0,
 *              which `data` then holds; the chart is told CHOSEN
 *     ask      the cell at the chosen address; while it does not handle the event, the actor waits
 *     call     reads a store's value at the chosen address into a register or writes it; DONE
 *
 * Where a step ends is said for each actor: in every state of its chart, but for those that it
 * passes through at once. So a sketch is as fine or as coarse as its author wants it. What a chart
 * will not use any more before it is overwritten counts as forgotten, and all of it is forgotten
 * when the next request is chosen: no two states differ in it.
 *
 * Whoever is back in the first state of its chart has ended a request. Where an actor's reads are a
 * view, what its `data` holds then is observed, and must be what the store held at the beginning.
 */
import type { Chart } from "../chart/chart.ts";
import { BlockgraphError } from "../error.ts";

/** A bound of a sketch, as the command line offers it. */
export interface SketchParameter {
  readonly description: string;
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

/** One value for each address, the same everywhere at the beginning. */
export interface SketchStore {
  readonly name: string;
  readonly initial: number;
}

/** Somebody who sends one request after the other, for ever. */
export interface SketchActor {
  /** `guest`; instances are `guest 0`, `guest 1`... */
  readonly name: string;
  readonly instances: number;
  /** a request chart without a final state; it begins where it chooses */
  readonly chart: Chart;
  /** states in which no step ends */
  readonly atOnce: readonly string[];
  /** the store of whose beginning its reads are a view; null: its requests are not observed */
  readonly view: string | null;
}

/** That every request of an actor, once chosen, ends at last. */
export interface SketchPromise {
  /** `guest-requests-end` */
  readonly name: string;
  /** one sentence */
  readonly statement: string;
  readonly actor: string;
}

/** A sketch with its bounds filled in. */
export interface SketchDesign {
  readonly name: string;
  /** one for each address, all in the same state at the beginning */
  readonly cells: { readonly name: string; readonly count: number; readonly chart: Chart };
  /** how many values a store can tell apart, from 0 */
  readonly values: number;
  readonly stores: readonly SketchStore[];
  readonly actors: readonly SketchActor[];
  readonly promises: readonly SketchPromise[];
}

/** A one-line change to one chart. */
export interface SketchMutant {
  readonly name: string;
  /** what was broken, in one sentence */
  readonly statement: string;
  /** name of the cells or of the actor whose chart is changed */
  readonly part: string;
  readonly change: (chart: Chart) => Chart;
  /** property or promise that must notice; `bounds` where the mutant leaves those of its charts */
  readonly caughtBy: string;
  /** steps of the shortest counterexample, with the default bounds; null: it is a lasso */
  readonly steps: number | null;
}

/** Numbers for all parameters of a sketch. */
export type SketchBounds<Name extends string = string> = Readonly<Record<Name, number>>;

export interface Sketch {
  readonly name: string;
  readonly title: string;
  /** the idea that it formalises, as a reader meets it */
  readonly idea: string;
  readonly parameters: Readonly<Record<string, SketchParameter>>;
  /** @param bounds a number within its parameter's bounds for every parameter */
  readonly build: (bounds: SketchBounds) => SketchDesign;
  /** names of properties */
  readonly properties: readonly string[];
  readonly expected: { readonly verdict: "holds" | "violated" };
  readonly mutants: readonly SketchMutant[];
}

/** What has bounds, and is a design once they are filled in. */
interface Bounded<Design> extends Pick<Sketch, "name" | "parameters"> {
  readonly build: (bounds: SketchBounds) => Design;
}

/**
 * The design of a sketch for the bounds given; what is not given has its default.
 *
 * @throws BlockgraphError `bad-argument` for an unknown parameter and a number out of its bounds
 */
export function designOf<Design>(sketch: Bounded<Design>, given: SketchBounds = {}): Design {
  const parameters = Object.entries(sketch.parameters);
  for (const name of Object.keys(given)) {
    if (sketch.parameters[name] !== undefined) continue;
    const known = parameters.map(([parameter]) => parameter).join(", ");
    throw new BlockgraphError(
      "bad-argument",
      `${sketch.name} has no parameter '${name}'; it has ${known}`,
    );
  }
  const bounds = parameters.map(([name, { default: fallback, min, max }]) => {
    const value = given[name] ?? fallback;
    if (Number.isInteger(value) && value >= min && value <= max) return [name, value] as const;
    throw new BlockgraphError(
      "bad-argument",
      `${name} of ${sketch.name} is ${value}; give a whole number from ${min} to ${max}`,
    );
  });
  return sketch.build(Object.fromEntries(bounds));
}

/** The design with a mutant's change made. */
export function mutateDesign(design: SketchDesign, mutant: SketchMutant): SketchDesign {
  const change = <Part extends { readonly name: string; readonly chart: Chart }>(part: Part) =>
    part.name === mutant.part ? { ...part, chart: mutant.change(part.chart) } : part;
  return { ...design, cells: change(design.cells), actors: design.actors.map(change) };
}
