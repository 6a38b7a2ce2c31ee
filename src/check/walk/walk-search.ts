/**
 * Seeded walks, one after the other, instead of a search of everything: for what does not fit.
 *
 * They end with the first fault that one of them finds, and that is made short before it is
 * reported; or when all are taken, and then nothing is known about what they did not see. So a
 * check by walks never is complete.
 */
import type { Compiled } from "../compile/compile.ts";
import type { Program } from "../program/program.ts";
import type { Progress, Stop } from "../result.ts";
import type { SearchResult } from "../search/search.ts";
import { Bitstate, bitstateBytes } from "./bitstate.ts";
import { createExpander, type Expander } from "./expander.ts";
import { RandomWalk } from "./random-walk.ts";
import { Shrinker } from "./shrinker.ts";
import { swarmTraits, TABLE_FACTOR } from "./swarm-traits.ts";
import { SwarmWalk } from "./swarm-walk.ts";
import type { Walk } from "./walk.ts";
import { walkPicks, walkSeed } from "./walk-seed.ts";

export interface WalkOptions {
  readonly kind: "random" | "swarm";
  readonly walks: number;
  /** of the first walk; the others have seeds that follow from it */
  readonly seed: number;
  /** states so many steps from the initial one are not expanded; null: {@link USUAL_DEPTH} */
  readonly maxDepth: number | null;
  /** bytes for the tables of all walks of a swarm together */
  readonly memory: number;
}

/** How the walk that found something is taken again: alone, with this table. */
export interface WalkIdentity {
  readonly kind: "random" | "swarm";
  readonly seed: number;
  readonly maxDepth: number;
  /** bytes of the table, of which it may use a part; null: it has none */
  readonly table: number | null;
}

/** Steps of a walk if nobody says how many. */
export const USUAL_DEPTH = 4000;

/** Transitions that `advance` computes; some 20 ms. */
const PIECE = 2 ** 18;

/** Bytes of a table that are cleared in the time of a transition. */
const BYTES_A_TRANSITION = 2 ** 8;

/** What walks that are over came to. */
interface Sum {
  transitions: number;
  expanded: number;
  depth: number;
  states: number;
  /** of the longest path */
  bytes: number;
}

export class WalkSearch {
  readonly #program: Program;
  readonly #compiled: Compiled;
  readonly #options: WalkOptions;
  readonly #expander: Expander;
  readonly #table: Bitstate | null;
  readonly #sum: Sum = { transitions: 0, expanded: 0, depth: 0, states: 0, bytes: 0 };
  #number = 0;
  #walk: Walk;
  #shrinker: Shrinker | null = null;
  #stopped: Stop | null = null;

  /** @param compiled without symmetry */
  constructor(program: Program, compiled: Compiled, options: WalkOptions) {
    const { kind, memory, walks } = options;
    this.#program = program;
    this.#compiled = compiled;
    this.#options = options;
    this.#expander = createExpander(compiled.kernel);
    const { words } = compiled.kernel;
    const bytes = bitstateBytes(Math.floor(memory * Math.min(1, TABLE_FACTOR / walks)));
    this.#table = kind === "swarm" ? new Bitstate(words, bytes) : null;
    this.#walk = this.#begin();
  }

  get #seed(): number {
    return walkSeed(this.#options.seed, this.#number);
  }

  get #maxDepth(): number {
    return this.#options.maxDepth ?? USUAL_DEPTH;
  }

  #begin(): Walk {
    const maxDepth = this.#maxDepth;
    const picks = walkPicks(this.#seed);
    const { initial } = this.#compiled.kernel;
    const plan = { initial, expander: this.#expander, picks, maxDepth };
    if (this.#table === null) return new RandomWalk(plan);
    const traits = swarmTraits(picks, maxDepth);
    this.#table.clear(this.#seed, traits.halvings);
    return new SwarmWalk({ ...plan, ...traits }, this.#table);
  }

  /** Goes on for some 20 ms. @returns false: it is over */
  async advance(): Promise<boolean> {
    if (this.#stopped !== null) return false;
    if (this.#shrinker !== null) return this.#shrinker.advance();
    for (let left = PIECE; left > 0 && this.#shrinker === null; left--) {
      const before = this.#walk.transitions;
      const goesOn = this.#walk.advance(left);
      left -= this.#walk.transitions - before;
      if (goesOn) continue;
      if (!this.#endWalk()) return false;
      left -= (this.#table?.used ?? 0) / BYTES_A_TRANSITION;
    }
    return true;
  }

  /** @returns whether there is more to do */
  #endWalk(): boolean {
    const noted = this.#expander.noted();
    if (noted !== null) {
      const found = { ...noted, path: this.#walk.path() };
      this.#shrinker = new Shrinker(this.#program, this.#compiled, found);
      return true;
    }
    if (this.#number + 1 >= this.#options.walks) {
      this.#stopped = "walks";
      return false;
    }
    Object.assign(this.#sum, this.#total());
    this.#number++;
    this.#walk = this.#begin();
    return true;
  }

  #total(): Sum {
    const { transitions, expanded, depth, states, bytes } = this.#walk;
    return {
      transitions: this.#sum.transitions + transitions,
      expanded: this.#sum.expanded + expanded,
      depth: Math.max(this.#sum.depth, depth),
      // Walks may see the same states, so what all saw together is at least what one saw.
      states: Math.max(this.#sum.states, states),
      bytes: Math.max(this.#sum.bytes, bytes),
    };
  }

  progress(): Progress {
    const { transitions, depth, states } = this.#total();
    return {
      task: "walk",
      ...{ states, transitions, depth },
      frontier: 0,
      levels: [],
      fill: this.#table?.fill ?? 0,
      bytes: this.#bytes,
    };
  }

  get #bytes(): number {
    const table = this.#table?.bytes ?? 0;
    return this.#expander.buffer().byteLength + this.#total().bytes + table;
  }

  /** Ends the walks, or the shortening of what they found. */
  stop(reason: Stop): void {
    this.#stopped ??= reason;
  }

  /** Walks that were begun. */
  get taken(): number {
    return this.#number + 1;
  }

  /** Which walk found something; null: none did. */
  get finder(): WalkIdentity | null {
    if (this.#shrinker === null) return null;
    const table = this.#table?.bytes ?? null;
    return { kind: this.#options.kind, seed: this.#seed, maxDepth: this.#maxDepth, table };
  }

  /** States that were expanded, those that several walks or turns came to each time. */
  get expanded(): number {
    return this.#total().expanded;
  }

  /** What it came to; after {@link advance} said that it is over. */
  result(): SearchResult {
    const { transitions, depth, states } = this.#total();
    const shrinker = this.#shrinker;
    return {
      complete: false,
      stopped: shrinker === null ? this.#stopped : null,
      ...{ states, transitions, depth },
      everyRun: 0,
      levels: [],
      peakBytes: this.#bytes,
      judged: [...this.#expander.judged],
      covered: [...this.#expander.covered].map((taken) => taken === 1),
      found: shrinker === null ? [] : [shrinker.best],
    };
  }

  async close(): Promise<void> {}
}
