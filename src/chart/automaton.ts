/**
 * An automaton: a chart as integer tables. This is what executes, in every interpreter.
 *
 * A state is a small integer, and so is an event; `next` is one array look-up. The tables are made by
 * running XState's pure `transition()` once per (state, event) pair (see tabulate.ts), either all at
 * once or each pair when it is first met: a cluster chart that counts 64 readers has hundreds of
 * states, of which a run sees a dozen. State numbers are given in order of discovery, so they depend
 * on history in a lazy automaton; names do not.
 */
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

/** Finds out what (state, event) leads to; may add states to the list that the automaton shares. */
export type Discover = (state: number, event: number) => Transition;

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

  /** The state after `event`, or -1 if `event` is not handled in `state`: the sender waits. */
  next(state: number, event: number): number {
    const known = this.#next[state * this.events.length + event] ?? UNKNOWN;
    return known === UNKNOWN ? this.#tabulate(state, event) : known;
  }

  /** Index of the reply to `event` in `state`; -1 if none. Only for pairs that are handled. */
  reply(state: number, event: number): number {
    this.next(state, event);
    return this.#reply[state * this.events.length + event] ?? -1;
  }

  /** Copies between registers that go with the transition. */
  moves(state: number, event: number): readonly Move[] {
    this.next(state, event);
    return this.#moves.get(state * this.events.length + event) ?? NO_MOVES;
  }

  /** Tabulates every reachable pair; afterwards `states` is complete. */
  complete(): this {
    for (let state = 0; state < this.states.length; state++) {
      for (let event = 0; event < this.events.length; event++) this.next(state, event);
    }
    return this;
  }

  #tabulate(state: number, event: number): number {
    const found = this.#discover(state, event);
    while (this.#next.length < this.states.length * this.events.length) {
      this.#next.push(UNKNOWN);
      this.#reply.push(UNHANDLED);
    }
    const cell = state * this.events.length + event;
    this.#next[cell] = found.next;
    this.#reply[cell] = found.reply;
    if (found.moves.length > 0) this.#moves.set(cell, found.moves);
    return found.next;
  }
}
