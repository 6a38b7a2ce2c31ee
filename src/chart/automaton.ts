/**
 * An automaton: a chart as integer tables. This is what executes, in every interpreter.
 *
 * A state is a small integer, and so is an event; `next` is one array look-up. The tables are made
 * by running XState's pure `transition()` once per (state, event) pair (see tabulate.ts), either
 * all at once or each pair when it is first met: a cluster chart that counts 64 readers has
 * hundreds of states, of which a run sees a dozen. State numbers are given in order of discovery,
 * so they depend on history in a lazy automaton; names do not.
 *
 * A pair that leaves the chart's bounds belongs to the tables like any other: every counter has an
 * end, and whether an interpreter ever gets there is the interpreter's question. So `complete()`
 * notes the error of such a pair and goes on, and whoever takes the pair is given the error.
 */
import type { BlockgraphError } from "../error.ts";
import type { ChartKind } from "./chart.ts";
import type { Effect } from "./effects.ts";
import type { Move } from "./request-setup.ts";

/** A state as it is printed, and what it does. */
export interface AutomatonState {
  /** state value and context, short: `dirty·no·allowed frozen=1` */
  readonly name: string;
  /** the value of the chart's context in this state */
  readonly context: Readonly<Record<string, unknown>>;
  /** null for cluster and node charts; `from-context` errors are resolved */
  readonly effect: Effect | null;
}

/** What one (state, event) pair leads to, as the tabulator reports it. */
export interface Transition {
  /** index of the next state; -1 if the event is not handled in the state */
  readonly next: number;
  /** index into `replies`; -1 if nothing is replied */
  readonly reply: number;
  readonly moves: readonly Move[];
}

/**
 * Finds out what (state, event) leads to; may add states to the list that the automaton shares.
 * An error that is returned, not thrown, is that of a pair which leaves the chart's bounds.
 */
export type Discover = (state: number, event: number) => Transition | BlockgraphError;

/** Marks a pair that was not tabulated yet. */
const UNKNOWN = -2;
/** No event is not handled. */
const UNHANDLED = -1;
const NO_MOVES: readonly Move[] = [];

export class Automaton {
  readonly name: string;
  readonly kind: ChartKind;
  /** event names in order of their index */
  readonly events: readonly string[];
  readonly replies: readonly string[];
  /** states found so far, in order of their index; 0 is the initial state */
  readonly states: readonly AutomatonState[];
  readonly #discover: Discover;
  readonly #eventIndex: ReadonlyMap<string, number>;
  readonly #next: number[] = [];
  readonly #reply: number[] = [];
  readonly #moves = new Map<number, readonly Move[]>();
  readonly #beyond = new Map<number, BlockgraphError>();

  constructor(
    chart: { name: string; kind: ChartKind; events: readonly string[]; replies: readonly string[] },
    states: readonly AutomatonState[],
    discover: Discover,
  ) {
    this.name = chart.name;
    this.kind = chart.kind;
    this.events = chart.events;
    this.replies = chart.replies;
    this.states = states;
    this.#discover = discover;
    this.#eventIndex = new Map(chart.events.map((name, index) => [name, index]));
  }

  /** Index of an event by its name; -1 if the chart has no such event. */
  event(name: string): number {
    return this.#eventIndex.get(name) ?? -1;
  }

  /**
   * The state after `event`, or -1 if `event` is not handled in `state`: the sender waits.
   * @throws BlockgraphError `chart-out-of-bounds` if the pair leaves the bounds of the chart
   */
  next(state: number, event: number): number {
    const known = this.#next[state * this.events.length + event] ?? UNKNOWN;
    if (known !== UNKNOWN) return known;
    const error = this.outOfBounds(state, event);
    if (error !== null) throw error;
    return this.#next[state * this.events.length + event] ?? UNHANDLED;
  }

  /** The error of a pair that leaves the bounds of the chart; null for all others. */
  outOfBounds(state: number, event: number): BlockgraphError | null {
    const cell = state * this.events.length + event;
    if ((this.#next[cell] ?? UNKNOWN) === UNKNOWN && !this.#beyond.has(cell)) {
      this.#tabulate(state, event);
    }
    return this.#beyond.get(cell) ?? null;
  }

  /** Index of the reply to `event` in `state`; -1 if none. Only for pairs that are handled. */
  reply(state: number, event: number): number {
    this.next(state, event);
    return this.#reply[state * this.events.length + event] ?? -1;
  }

  /**
   * What the chart would reply to an event, both by name, without anything being changed.
   * @returns null if the event is not handled in the state, or is none of the chart's
   */
  replyTo(state: number, eventName: string): string | null {
    const event = this.event(eventName);
    if (event < 0 || this.next(state, event) < 0) return null;
    return this.replies[this.reply(state, event)] ?? null;
  }

  /** Copies between registers that go with the transition. */
  moves(state: number, event: number): readonly Move[] {
    this.next(state, event);
    return this.#moves.get(state * this.events.length + event) ?? NO_MOVES;
  }

  /** Tabulates every pair that is reachable within the bounds; afterwards `states` is complete. */
  complete(): this {
    for (let state = 0; state < this.states.length; state++) {
      for (let event = 0; event < this.events.length; event++) this.outOfBounds(state, event);
    }
    return this;
  }

  #tabulate(state: number, event: number): void {
    const found = this.#discover(state, event);
    while (this.#next.length < this.states.length * this.events.length) {
      this.#next.push(UNKNOWN);
      this.#reply.push(UNHANDLED);
    }
    const cell = state * this.events.length + event;
    if (found instanceof Error) {
      this.#beyond.set(cell, found);
      return;
    }
    this.#next[cell] = found.next;
    this.#reply[cell] = found.reply;
    if (found.moves.length > 0) this.#moves.set(cell, found.moves);
  }
}
