/**
 * A walk at random: at every state one of all successors, each as likely as the others, until there
 * is none or it is deep enough. It remembers nothing but its path, so it fits any model; and all
 * successors of its states are judged, not only those that it takes.
 */
import { StateList } from "./state-list.ts";
import type { Walk, WalkPlan } from "./walk.ts";

export class RandomWalk implements Walk {
  readonly states = 0;
  readonly #plan: WalkPlan;
  readonly #words: number;
  readonly #path: StateList;
  #transitions = 0;
  #expanded = 0;

  constructor(plan: WalkPlan) {
    this.#plan = plan;
    this.#words = plan.initial.length;
    this.#path = new StateList(this.#words);
    this.#path.push(plan.initial, 0);
  }

  get transitions(): number {
    return this.#transitions;
  }

  get expanded(): number {
    return this.#expanded;
  }

  get depth(): number {
    return this.#path.length - 1;
  }

  advance(transitions: number): boolean {
    const { expander, picks, maxDepth } = this.#plan;
    const end = this.#transitions + transitions;
    while (this.#transitions < end) {
      if (this.depth >= maxDepth) return false;
      const count = expander.expand(this.#path.data, this.depth * this.#words, 0);
      this.#transitions += count;
      this.#expanded++;
      if (count === 0 || expander.noted() !== null) return false;
      this.#path.push(expander.buffer(), picks.pick(count) * this.#words);
    }
    return true;
  }

  get bytes(): number {
    return this.#path.bytes;
  }

  path(): number[][] {
    return this.#path.states();
  }
}
