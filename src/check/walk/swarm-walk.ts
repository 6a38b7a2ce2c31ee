/**
 * One of a swarm: a depth-first search that tries successors in an order of its own, and has a
 * small table of its own in which it notes where it was.
 *
 * It turns back where it has been, where nothing follows, and at its depth, and it is over when it
 * comes back to the beginning or when its table is so full that it would miss much.
 */
import type { Bitstate } from "./bitstate.ts";
import { StateList } from "./state-list.ts";
import { type Preference, preferred } from "./swarm-traits.ts";
import type { Walk, WalkPlan } from "./walk.ts";

/** What one of a swarm is given. */
interface SwarmPlan extends WalkPlan {
  readonly prefers: Preference;
}

/** With half of the bits set, one new state in eight is taken for known. */
const FULLEST = 1 / 2;

export class SwarmWalk implements Walk {
  readonly #plan: SwarmPlan;
  readonly #table: Bitstate;
  readonly #words: number;
  readonly #path: StateList;
  /** where the successors of each state on the path begin in the expander's buffer, in words */
  readonly #begins: number[] = [];
  /** where the successors that are not tried yet end */
  #end = 0;
  #transitions = 0;
  #states = 0;
  #depth = 0;

  /** @param table empty, with a salt of this walk's */
  constructor(plan: SwarmPlan, table: Bitstate) {
    this.#plan = plan;
    this.#table = table;
    this.#words = plan.initial.length;
    this.#path = new StateList(this.#words);
    this.#path.push(plan.initial, 0);
  }

  get transitions(): number {
    return this.#transitions;
  }

  get expanded(): number {
    return this.#states;
  }

  get states(): number {
    return this.#states;
  }

  get depth(): number {
    return this.#depth;
  }

  advance(transitions: number): boolean {
    if (this.#states === 0 && !this.#enter()) return false;
    for (let left = transitions; left > 0; left--) {
      const begin = this.#begins.at(-1);
      if (begin === undefined || this.#table.fill >= FULLEST) return false;
      if (begin === this.#end) {
        this.#begins.pop();
        this.#path.truncate(this.#begins.length);
        continue;
      }
      this.#choose(begin);
      if (!this.#enter()) return false;
    }
    return true;
  }

  /** Moves one of the successors that are left onto the path. */
  #choose(begin: number): void {
    const { expander, picks, prefers } = this.#plan;
    const buffer = expander.buffer();
    const count = (this.#end - begin) / this.#words;
    const chosen = begin + preferred(prefers, picks, count) * this.#words;
    this.#path.push(buffer, chosen);
    // The others stay in their order, which a walk may prefer them by.
    buffer.copyWithin(chosen, chosen + this.#words, this.#end);
    this.#end -= this.#words;
  }

  /** Expands the end of the path if it is new. @returns false: something is wrong with it */
  #enter(): boolean {
    const { expander, maxDepth } = this.#plan;
    const depth = this.#path.length - 1;
    const place = depth * this.#words;
    if (depth >= maxDepth || !this.#table.add(this.#path.data, place)) {
      this.#path.truncate(depth);
      return true;
    }
    const count = expander.expand(this.#path.data, place, this.#end);
    this.#transitions += count;
    this.#states++;
    this.#depth = Math.max(this.#depth, depth);
    this.#begins.push(this.#end);
    this.#end += count * this.#words;
    return expander.noted() === null;
  }

  get bytes(): number {
    return this.#path.bytes;
  }

  path(): number[][] {
    return this.#path.states();
  }
}
