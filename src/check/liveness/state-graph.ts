/**
 * The reachable states as an explicit graph, for questions that a set of states cannot answer.
 *
 * States are numbered in breadth-first order from 0, the initial one; an edge is a step, and says
 * whose it was and whether fairness speaks of it. All of it is kept: about 4 bytes a word and 16
 * more for a state, and 8 for a step; up to twice that while there is room for more.
 */
import type { LabelledKernel, PendingTest } from "../kernel.ts";
import { graphText } from "./graph-text.ts";

interface Arrays {
  /** by state, from 1 on: its words */
  readonly states: Int32Array;
  /** by state: the one that was expanded when it was found; -1 for the initial one */
  readonly parents: Int32Array;
  readonly slots: Int32Array;
  /** by state: where its edges begin; one more at the end */
  readonly firsts: Int32Array;
  /** by edge: the state that it leads to */
  readonly targets: Int32Array;
  /** by edge: see `LabelledKernel` */
  readonly labels: Int32Array;
}

/** What the generated code does. */
interface GrowingGraph {
  /** expands states up to, but not including, that number */
  grow(end: number): void;
  /** see {@link StateGraph.select} */
  select(test: PendingTest, self: number, into: Uint8Array): number;
  size(): number;
  steps(): number;
  expanded(): number;
  /** as they are now: growing exchanges them */
  arrays(): Arrays;
}

export class StateGraph {
  readonly #words: number;
  readonly #growing: GrowingGraph;
  #arrays: Arrays;

  constructor(kernel: LabelledKernel) {
    this.#words = kernel.words;
    const make = new Function("run", "initial", graphText(kernel.words));
    const { run, initial } = kernel;
    this.#growing = make(
      run,
      initial.map((word) => word | 0),
    );
    this.#arrays = this.#growing.arrays();
  }

  /** States found so far. */
  get size(): number {
    return this.#growing.size();
  }

  /** Steps found so far. */
  get steps(): number {
    return this.#growing.steps();
  }

  /** States expanded so far. */
  get expanded(): number {
    return this.#growing.expanded();
  }

  /** As they are until it grows again. */
  get arrays(): Omit<Arrays, "slots" | "states"> {
    return this.#arrays;
  }

  get bytes(): number {
    return Object.values(this.#arrays).reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  /**
   * Expands up to `count` more states. @returns whether there are any left after that
   * @throws RangeError if there is no memory for more
   */
  grow(count: number): boolean {
    const { size, expanded } = this;
    this.#growing.grow(Math.min(size, expanded + count));
    this.#arrays = this.#growing.arrays();
    return this.expanded < this.size;
  }

  /** Sets 1 for every state that passes the test. @returns how many do */
  select(test: PendingTest, self: number, into: Uint8Array): number {
    return this.#growing.select(test, self, into);
  }

  state(id: number): number[] {
    const at = (id + 1) * this.#words;
    return [...this.#arrays.states.subarray(at, at + this.#words)];
  }
}
