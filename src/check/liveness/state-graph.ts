/**
 * The reachable states as an explicit graph, for questions that a set of states cannot answer.
 *
 * States are numbered in breadth-first order from 0, the initial one; an edge is a step, and says
 * whose it was and whether fairness speaks of it. All of it is kept: about 4 bytes a word and 12
 * more for a state, and 8 for a step.
 */
import type { LabelledKernel } from "../kernel.ts";
import { GrowingNumbers } from "./growing.ts";

type Expand = (state: readonly number[]) => void;

export class StateGraph {
  /** state that was expanded first to find each; -1 for the initial one */
  readonly parents = new GrowingNumbers();
  readonly #words: number;
  readonly #states = new GrowingNumbers();
  /** where the edges of each state begin; one more at the end */
  readonly #edges = new GrowingNumbers();
  readonly #targets = new GrowingNumbers();
  readonly #labels = new GrowingNumbers();
  readonly #expand: Expand;
  #slots = new Int32Array(1 << 12);
  #expanding = -1;

  constructor(kernel: LabelledKernel) {
    this.#words = kernel.words;
    this.#expand = kernel.run((label, state) => this.#found(label, state));
    this.#add(kernel.initial);
    this.parents.push(-1);
  }

  /** States found so far. */
  get size(): number {
    return this.parents.length;
  }

  /** Steps found so far. */
  get steps(): number {
    return this.#targets.length;
  }

  /** States expanded so far. */
  get expanded(): number {
    return this.#edges.length;
  }

  get bytes(): number {
    const parts = [this.parents, this.#states, this.#edges, this.#targets, this.#labels];
    return parts.reduce((sum, part) => sum + part.bytes, this.#slots.byteLength);
  }

  /** Expands up to `count` more states. @returns whether there are any left after that */
  grow(count: number): boolean {
    const end = Math.min(this.size, this.expanded + count);
    while (this.expanded < end) {
      this.#expanding = this.expanded;
      this.#edges.push(this.#targets.length);
      this.#expand(this.state(this.#expanding));
    }
    return this.expanded < this.size;
  }

  state(id: number): number[] {
    return Array.from({ length: this.#words }, (_, word) =>
      this.#states.at(id * this.#words + word),
    );
  }

  /** Edges of an expanded state: numbers in [first, end). */
  firstEdge(id: number): number {
    return this.#edges.at(id);
  }

  endEdge(id: number): number {
    return id + 1 < this.expanded ? this.#edges.at(id + 1) : this.#targets.length;
  }

  target(edge: number): number {
    return this.#targets.at(edge);
  }

  label(edge: number): number {
    return this.#labels.at(edge);
  }

  #found(label: number, state: readonly number[]): void {
    const known = this.size;
    const id = this.#add(state);
    if (id === known) this.parents.push(this.#expanding);
    this.#targets.push(id);
    this.#labels.push(label);
  }

  /** The number of a state, a new one if it was not known. */
  #add(state: readonly number[]): number {
    if (this.size * 2 >= this.#slots.length) this.#rehash();
    const mask = this.#slots.length - 1;
    let slot = hash(state) & mask;
    for (;;) {
      const entry = this.#slots[slot] ?? 0;
      if (entry === 0) break;
      if (this.#equals(entry - 1, state)) return entry - 1;
      slot = (slot + 1) & mask;
    }
    const id = this.#states.length / this.#words;
    for (const word of state) this.#states.push(word);
    this.#slots[slot] = id + 1;
    return id;
  }

  #equals(id: number, state: readonly number[]): boolean {
    const first = id * this.#words;
    for (let word = 0; word < this.#words; word++) {
      if (this.#states.at(first + word) !== state[word]) return false;
    }
    return true;
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let id = 0; id < this.size; id++) {
      let slot = hash(this.state(id)) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = id + 1;
    }
    this.#slots = slots;
  }
}

function hash(state: readonly number[]): number {
  let mixed = 0x9e3779b9;
  for (const word of state) {
    mixed = Math.imul(mixed ^ word, 0x85ebca6b);
    mixed ^= mixed >>> 15;
  }
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}
