/**
 * Checks that what is pending ends at last, if fair steps are fair.
 *
 * First the whole state graph is made, then every property is looked for in it, one instance after
 * the other: a component of the states in which it is pending for that instance, in which a fair
 * run can stay for ever. Symmetry is not used here: it would identify an instance that waits with
 * another that does not.
 */
import type { LabelledKernel } from "../kernel.ts";
import type { Program } from "../program/program.ts";
import { type Component, components } from "./components.ts";
import { type Demand, FairnessJudge } from "./fairness.ts";
import { type Lasso, lassoInto } from "./lasso.ts";
import { StateGraph } from "./state-graph.ts";

/** A property that some fair run breaks, and such a run as packed states. */
export interface Starvation {
  readonly property: string;
  readonly process: string;
  readonly instance: number;
  /** from the initial state to the one where the loop begins */
  readonly stem: readonly (readonly number[])[];
  /** the states after it, back to it; empty: nothing needs to happen any more */
  readonly loop: readonly (readonly number[])[];
}

/** What is left to do: the graph, then a question for each property and instance. */
interface Question {
  readonly liveness: number;
  readonly instance: number;
}

/** States that are expanded before control is given back. */
const STATES_A_ROUND = 20_000;

/** A graph with more is not searched: the result is undecided then. */
export interface GraphLimits {
  readonly states: number;
  readonly steps: number;
  /** bytes */
  readonly memory: number;
}

export class LivenessSearch {
  readonly #program: Program;
  readonly #kernel: LabelledKernel;
  readonly #graph: StateGraph;
  readonly #limits: GraphLimits;
  readonly #questions: Question[];
  readonly #found: Starvation[] = [];
  readonly #pendingStates = new Map<string, number>();
  readonly #work: Generator<void, void>;
  #complete = false;
  #tooLarge = false;

  constructor(program: Program, kernel: LabelledKernel, limits: GraphLimits) {
    this.#program = program;
    this.#kernel = kernel;
    this.#graph = new StateGraph(kernel);
    this.#limits = limits;
    this.#questions = program.liveness.flatMap(({ process }, liveness) => {
      const instances = askedInstances(program, process);
      return Array.from({ length: instances }, (_, instance) => ({ liveness, instance }));
    });
    this.#work = this.#everything();
  }

  /** Does a part of the work, some 20 ms. @returns false when it is over */
  advance(): boolean {
    return this.#work.next().done !== true;
  }

  *#everything(): Generator<void, void> {
    for (let more = true; more; ) {
      more = this.#grow();
      this.#tooLarge ||= this.#exceeds();
      if (this.#tooLarge) return;
      yield;
    }
    for (const question of this.#questions) {
      yield* this.#ask(question);
      yield;
    }
    this.#complete = true;
  }

  /** @returns whether there is more to do */
  #grow(): boolean {
    try {
      return this.#graph.grow(STATES_A_ROUND);
    } catch (error) {
      const noRoom = error instanceof RangeError && /allocation|array length/.test(error.message);
      if (!noRoom) throw error;
      this.#tooLarge = true;
      return false;
    }
  }

  #exceeds(): boolean {
    const { states, steps, memory } = this.#limits;
    return this.#graph.size > states || this.#graph.steps > steps || this.#graph.bytes > memory;
  }

  /** Whether all questions were answered. */
  get complete(): boolean {
    return this.#complete;
  }

  /** Whether it gave up because the graph is larger than it may be. */
  get tooLarge(): boolean {
    return this.#tooLarge;
  }

  get states(): number {
    return this.#graph.size;
  }

  get transitions(): number {
    return this.#graph.steps;
  }

  /** States that were found and not expanded. */
  get unexpanded(): number {
    return this.#graph.size - this.#graph.expanded;
  }

  get bytes(): number {
    return this.#graph.bytes;
  }

  /** One run for each property that is broken. */
  get found(): readonly Starvation[] {
    return this.#found;
  }

  /** In how many states a property was pending, over all instances. */
  pendingStates(property: string): number {
    return this.#pendingStates.get(property) ?? 0;
  }

  *#ask({ liveness, instance }: Question): Generator<void, void> {
    const asked = this.#program.liveness[liveness];
    if (asked === undefined) return;
    const { property, process } = asked;
    const pending = new Uint8Array(this.#graph.size);
    const count = this.#graph.select(this.#kernel.pending(liveness), instance, pending);
    this.#pendingStates.set(property, this.pendingStates(property) + count);
    if (this.#found.some((found) => found.property === property)) return;
    yield;
    const lasso = yield* this.#nearestFair(pending);
    if (lasso === null) return;
    const states = (ids: readonly number[]) => ids.map((id) => this.#graph.state(id));
    const { stem, loop } = lasso;
    this.#found.push({ property, process, instance, stem: states(stem), loop: states(loop) });
  }

  /** The lasso into the fair component that is nearest; null: there is none. */
  *#nearestFair(pending: Uint8Array): Generator<void, Lasso | null> {
    const judge = new FairnessJudge(this.#graph, this.#kernel.instances);
    const nearest: Fair[] = [];
    yield* components(this.#graph, pending, (component) => {
      const first = component.reduce((least, state) => Math.min(least, state));
      if (nearest[0] !== undefined && first > nearest[0].first) return;
      const demands = judge.demandsOf(component);
      if (demands !== null) nearest[0] = { component: component.slice(), demands, first };
    });
    const [fair] = nearest;
    return fair === undefined ? null : yield* lassoInto(this.#graph, fair.component, fair.demands);
  }
}

/** A component that a fair run can stay in. */
interface Fair {
  readonly component: Component;
  readonly demands: readonly Demand[];
  /** the smallest number of a state in it */
  readonly first: number;
}

/** Where every instance can be anyone's number they wait alike: one of them is asked for all. */
function askedInstances({ processes, symmetries }: Program, process: string): number {
  const instances = processes.find(({ name }) => name === process)?.instances ?? 0;
  const alike = symmetries.some(
    (symmetry) =>
      symmetry.closed &&
      symmetry.processes.some((each) => each.process === process && each.stride === 1),
  );
  return alike ? Math.min(1, instances) : instances;
}
