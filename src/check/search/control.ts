/**
 * What happens after each round, decided by one thread for all: go on, begin a level, or end.
 *
 * A *round* expands a share of every partition's part of the level, then stores what was found.
 * Everything here follows from counts that are the same for any number of threads, and partitions
 * are served in the same order by any number of them, so that states get the same ids and a search
 * gives the same results in every detail.
 */
import type { Kernel } from "../kernel.ts";
import type { Stop } from "../result.ts";
import { MOST_LEVELS, type Shared } from "./engine.ts";
import { NUMBER_BITS, PARTITIONS } from "./layout.ts";
import { LEVEL, noted, PROBING } from "./notes.ts";
import { at, beyondCount, frontierCount, growthAhead, stateCount, storeBytes } from "./store.ts";

/** When to end before everything is seen; null: never. */
export interface Limits {
  readonly maxStates: number | null;
  readonly maxDepth: number | null;
  /** go on after a property is broken, until each is known to be or not */
  readonly everyProperty: boolean;
}

/** Places in the control array; {@link LEVEL} is the first. */
/** States that a round takes from each partition. */
const SHARE = 1;
/** 0, or 1 + the index of a reason in STOPS. */
const STOPPED = 2;
const REQUESTED = 3;
const OVER = 4;
const COMPLETE = 5;

const STOPS: readonly Stop[] = [
  "max-states",
  "max-depth",
  "memory",
  "timeout",
  "interrupted",
  "walks",
];

/**
 * Transitions of a round. At first a part of the states, so that a search which soon finds
 * something is soon over; then ever more, since partitions are visited in turns and each turn
 * costs; and a small part again of very many, so that buffers stay small beside them.
 */
const LEAST_ROUND = 2 ** 13;
const USUAL_ROUND = 2 ** 21;
const STATES_A_USUAL_ROUND = 2 ** 17;
const MANY_STATES_A_TRANSITION = 64;

export class Control {
  readonly #kernel: Kernel;
  readonly #shared: Shared;
  readonly #limits: Limits;
  readonly #notes: readonly Int32Array[];

  constructor(kernel: Kernel, shared: Shared, limits: Limits) {
    this.#kernel = kernel;
    this.#shared = shared;
    this.#limits = limits;
    this.#notes = shared.tallies.map(({ notes }) => notes);
  }

  get level(): number {
    return at(this.#shared.control, LEVEL);
  }

  /** States that this round takes from each partition. */
  get share(): number {
    return at(this.#shared.control, SHARE);
  }

  get over(): boolean {
    return this.#shared.control[OVER] === 1;
  }

  get complete(): boolean {
    return this.#shared.control[COMPLETE] === 1;
  }

  get stopped(): Stop | null {
    return STOPS[at(this.#shared.control, STOPPED) - 1] ?? null;
  }

  get transitions(): number {
    return this.#shared.tallies.reduce((sum, { counts }) => sum + at(counts, 0), 0);
  }

  /** Bytes of states and index, and of outboxes as far as they were ever used. */
  get bytes(): number {
    const { layout } = this.#shared.store;
    const chunks = this.#shared.tallies.reduce((sum, { counts }) => sum + at(counts, 1), 0);
    return storeBytes(this.#shared.store) + chunks * layout.chunk * 4;
  }

  /** Asks for an end; the next {@link decide} obeys. Any thread may call it. */
  request(reason: Stop): void {
    this.#shared.control[REQUESTED] = 1 + STOPS.indexOf(reason);
  }

  /** After the initial state is stored: it is level 0. */
  begin(): void {
    this.#beginLevel(0);
    this.#decideLimits();
  }

  /** After a round. */
  decide(): void {
    if (this.#endsWithFinding()) return;
    if (frontierCount(this.#shared.store) === 0 && !this.#endLevel()) return;
    this.#decideLimits();
  }

  /**
   * Whether something was found that ends the search. Rounds are the same for any number of
   * threads, so there is no need to finish the level once a state of it is known to be at fault:
   * there is nothing nearer. If it is a step, then a state that is not looked at yet may be at
   * fault itself, a deadlock for one, and its trace would be one step shorter: the rest of the
   * level is looked at, but where it leads to is not stored any more.
   */
  #endsWithFinding(): boolean {
    const { control, store } = this.#shared;
    const stateAtFault = noted(this.#kernel, this.#notes, this.#limits.everyProperty);
    if (stateAtFault === null) return false;
    if (!stateAtFault && frontierCount(store) > 0) {
      control[PROBING] = 1;
      return false;
    }
    control[OVER] = 1;
    return true;
  }

  /** @returns whether there is a level after this one */
  #endLevel(): boolean {
    const { control } = this.#shared;
    const found = beyondCount(this.#shared.store);
    if (found === 0) {
      control[COMPLETE] = 1;
      control[OVER] = 1;
      return false;
    }
    this.#beginLevel(this.level + 1);
    return true;
  }

  #beginLevel(level: number): void {
    const { control, levels, store } = this.#shared;
    levels[level] = beyondCount(this.#shared.store);
    control[LEVEL] = level;
    store.levelEnds.set(store.ends);
  }

  #decideLimits(): void {
    const { control, store } = this.#shared;
    const { maxStates, maxDepth } = this.#limits;
    const states = stateCount(store);
    const requested = STOPS[at(control, REQUESTED) - 1];
    const room = store.layout.memory - this.bytes;
    const each = (store.layout.entry + 2) * 4;
    const usual = this.#roundTransitions(states, maxStates);
    const round = Math.min(usual, Math.max(LEAST_ROUND, room / each / 2));
    const next = round * each + growthAhead(store, round / PARTITIONS);
    if (requested !== undefined) this.#stop(requested);
    else if (maxStates !== null && states >= maxStates) this.#stop("max-states");
    else if (this.level >= Math.min(maxDepth ?? Infinity, MOST_LEVELS - 1)) this.#stop("max-depth");
    else if (next > room) this.#stop("memory");
    const expanded = Math.max(1, states - frontierCount(store) - beyondCount(this.#shared.store));
    const branching = Math.max(1, this.transitions / expanded);
    control[SHARE] =
      control[PROBING] === 1
        ? 2 ** NUMBER_BITS
        : Math.max(1, Math.floor(round / branching / PARTITIONS));
  }

  /**
   * Before a limit of states, a round goes half of the way there, as far as what was found so far
   * tells: else it would go far beyond.
   */
  #roundTransitions(states: number, maxStates: number | null): number {
    const part = Math.min(1, states / STATES_A_USUAL_ROUND) ** 2;
    const usual = Math.max(LEAST_ROUND, USUAL_ROUND * part, states / MANY_STATES_A_TRANSITION);
    if (maxStates === null) return usual;
    const left = Math.max(1, maxStates - states);
    return Math.min(usual, (left * this.transitions) / states / 2);
  }

  #stop(reason: Stop): void {
    this.#shared.control[STOPPED] = 1 + STOPS.indexOf(reason);
    this.#shared.control[OVER] = 1;
  }
}
