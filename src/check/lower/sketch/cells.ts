/**
 * The cells' automaton as a program reads it: one field, and for each event a few tables over it.
 */
import type { Automaton } from "../../../chart/automaton.ts";
import { table } from "../../program/build.ts";
import type { CoverageItem, Expression, Field } from "../../program/program.ts";

/** The reply of a pair that is not handled; what its other tables have is not read. */
const UNHANDLED = -1;

export class Cells {
  readonly name: string;
  readonly automaton: Automaton;
  readonly #count: number;
  /** number of the first coverage item of the cells */
  readonly #firstItem: number;

  /** @param automaton complete */
  constructor(name: string, automaton: Automaton, count: number, firstItem: number) {
    this.name = name;
    this.automaton = automaton;
    this.#count = count;
    this.#firstItem = firstItem;
  }

  /** Every handled pair, in order of states and then of events. */
  get coverage(): CoverageItem[] {
    const { name: chart, states, events } = this.automaton;
    return this.#pairs().map(({ state, event }) => ({
      chart,
      state: states[state]?.name ?? "",
      event: events[event] ?? "",
    }));
  }

  get field(): Field {
    const values = this.automaton.states.map((state) => state.name);
    return { name: this.name, size: values.length, count: this.#count, initial: [], values };
  }

  /** Replies that the cells can give to an event, in the order of the chart. */
  replies(event: string): string[] {
    const index = this.automaton.event(event);
    return this.automaton.replies.filter((_, reply) =>
      this.#pairs().some(
        (pair) => pair.event === index && this.automaton.reply(pair.state, index) === reply,
      ),
    );
  }

  /** Whether the chart's bounds end anywhere where the event is offered. */
  hasBounds(event: string): boolean {
    return this.#bounds(event).includes(1);
  }

  /** Whether some state within the bounds does not handle an event: who asks has to wait. */
  hasWaits(event: string): boolean {
    const bounds = this.#bounds(event);
    const index = this.automaton.event(event);
    return bounds.some((beyond, state) => beyond === 0 && !handled(this.automaton, state, index));
  }

  /** Whether a cell that gives this reply to an event stays in the state in which it is. */
  keeps(event: string, reply: string): boolean {
    const [asked, given] = [this.automaton.event(event), this.automaton.replies.indexOf(reply)];
    return this.#pairs()
      .filter((pair) => pair.event === asked)
      .filter(({ state }) => this.automaton.reply(state, asked) === given)
      .every(({ state }) => this.automaton.next(state, asked) === state);
  }

  /** The next state; only where the event is handled. */
  next(event: string, state: string): Expression {
    return table(this.#table("next", event), state);
  }

  /** Index of the reply in the chart's list; -1 where the event is not handled. */
  reply(event: string, state: string): Expression {
    return table(this.#table("reply", event), state);
  }

  bounds(event: string, state: string): Expression {
    return table(this.#table("bounds", event), state);
  }

  /** Number of the coverage item; only where the event is handled. */
  item(event: string, state: string): Expression {
    return table(this.#table("item", event), state);
  }

  /** The tables of all events, by their names. */
  get tables(): Record<string, number[]> {
    const tables: Record<string, number[]> = {};
    const pairs = this.#pairs();
    for (const [index, event] of this.automaton.events.entries()) {
      const over = (otherwise: number, value: (state: number) => number) =>
        this.automaton.states.map((_, state) =>
          handled(this.automaton, state, index) ? value(state) : otherwise,
        );
      tables[this.#table("next", event)] = over(0, (state) => this.automaton.next(state, index));
      tables[this.#table("reply", event)] = over(UNHANDLED, (state) =>
        this.automaton.reply(state, index),
      );
      tables[this.#table("item", event)] = over(
        this.#firstItem,
        (state) =>
          this.#firstItem + pairs.findIndex((at) => at.state === state && at.event === index),
      );
      if (this.hasBounds(event)) tables[this.#table("bounds", event)] = this.#bounds(event);
    }
    return tables;
  }

  #table(what: string, event: string): string {
    return `${this.name}.${event}.${what}`;
  }

  #bounds(event: string): number[] {
    const index = this.automaton.event(event);
    return this.automaton.states.map((_, state) =>
      this.automaton.outOfBounds(state, index) === null ? 0 : 1,
    );
  }

  #pairs(): { state: number; event: number }[] {
    return handledPairs(this.automaton);
  }
}

/** Every (state, event) that is handled within the chart's bounds. */
export function handledPairs(automaton: Automaton): { state: number; event: number }[] {
  return automaton.states.flatMap((_, state) =>
    automaton.events
      .map((_name, event) => ({ state, event }))
      .filter(({ event }) => handled(automaton, state, event)),
  );
}

function handled(automaton: Automaton, state: number, event: number): boolean {
  return automaton.outOfBounds(state, event) === null && automaton.next(state, event) !== -1;
}
