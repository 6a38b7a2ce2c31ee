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
import { type Demand, demandsOf } from "./fairness.ts";
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

/** States that are expanded, at the most, before control is given back. */
const STATES_A_ROUND = 20_000;

export class LivenessSearch {
  readonly #program: Program;
  readonly #kernel: LabelledKernel;
  readonly #graph: StateGraph;
  readonly #maxStates: number;
  readonly #questions: Question[];
  readonly #found: Starvation[] = [];
  readonly #pendingStates = new Map<string, number>();
  #grown = false;
  #tooLarge = false;

  /** @param maxStates a graph with more is not searched: the result is undecided then */
  constructor(program: Program, kernel: LabelledKernel, maxStates: number) {
    this.#program = program;
    this.#kernel = kernel;
    this.#graph = new StateGraph(kernel);
    this.#maxStates = maxStates;
    this.#questions = program.liveness.flatMap(({ process }, liveness) => {
      const instances = askedInstances(program, process);
      return Array.from({ length: instances }, (_, instance) => ({ liveness, instance }));
    });
  }

  /** Does a part of the work. @returns false when it is over */
  advance(): boolean {
    if (this.#tooLarge) return false;
    if (!this.#grown) {
      this.#grown = !this.#graph.grow(STATES_A_ROUND);
      this.#tooLarge = this.#graph.size > this.#maxStates;
      return !this.#tooLarge;
    }
    const question = this.#questions.shift();
    if (question === undefined) return false;
    this.#ask(question);
    return this.#questions.length > 0;
  }

  /** Whether all questions were answered. */
  get complete(): boolean {
    return this.#grown && this.#questions.length === 0;
  }

  /** Whether it gave up because there are more states than it was allowed. */
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

  #ask({ liveness, instance }: Question): void {
    const asked = this.#program.liveness[liveness];
    if (asked === undefined) return;
    const { property, process } = asked;
    const pending = new Uint8Array(this.#graph.size);
    let count = 0;
    for (let id = 0; id < pending.length; id++) {
      if (!this.#kernel.pending(liveness, instance, this.#graph.state(id))) continue;
      pending[id] = 1;
      count++;
    }
    this.#pendingStates.set(property, this.pendingStates(property) + count);
    if (this.#found.some((found) => found.property === property)) return;
    const worst = this.#nearestFair(pending);
    if (worst === null) return;
    const { stem, loop } = worst;
    const states = (ids: readonly number[]) => ids.map((id) => this.#graph.state(id));
    this.#found.push({ property, process, instance, stem: states(stem), loop: states(loop) });
  }

  /** The lasso into the fair component that is found first; null: there is none. */
  #nearestFair(pending: Uint8Array): Lasso | null {
    const { instances } = this.#kernel;
    let nearest: { component: Component; demands: readonly Demand[]; first: number } | null = null;
    components(this.#graph, pending, (component) => {
      const first = component.reduce((least, state) => Math.min(least, state));
      if (nearest !== null && first > nearest.first) return;
      const demands = demandsOf(this.#graph, component, instances);
      if (demands !== null) nearest = { component, demands, first };
    });
    return this.#lasso(nearest);
  }

  #lasso(
    fair: { component: Component; demands: readonly Demand[]; first: number } | null,
  ): Lasso | null {
    return fair === null ? null : lassoInto(this.#graph, fair.component, fair.demands);
  }
}

/** Instances that can be renumbered wait alike: one of them is asked for all. */
function askedInstances({ processes, symmetries }: Program, process: string): number {
  const instances = processes.find(({ name }) => name === process)?.instances ?? 0;
  const alike = symmetries.some((symmetry) =>
    symmetry.processes.some((each) => each.process === process && each.stride === 1),
  );
  return alike ? Math.min(1, instances) : instances;
}
