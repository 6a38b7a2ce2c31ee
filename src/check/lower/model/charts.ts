/**
 * The tables of the charts that a program uses, and the transitions that a check may cover.
 *
 * Events that carry an error are one coverage item for all errors: which error it was changes
 * nothing but the text.
 */
import type { Automaton } from "../../../chart/automaton.ts";
import { BlockgraphError } from "../../../error.ts";
import type { Term } from "../../program/build.ts";
import { binary, table, term } from "../../program/build.ts";
import type { CoverageItem, Expression } from "../../program/program.ts";

/** In a `next` table: the event is not handled, or leaves the chart's bounds. */
export const UNHANDLED = -1;
export const BEYOND = -2;

export class ChartTables {
  readonly tables: Record<string, readonly number[]> = {};
  readonly coverage: CoverageItem[] = [];
  readonly #names = new Map<Automaton, string>();
  readonly #items = new Map<string, number>();

  /** Makes the tables of a cluster or node chart; afterwards all its states are known. */
  add(automaton: Automaton): void {
    if (this.#names.has(automaton)) return;
    automaton.complete();
    const same = [...this.#names.values()].filter((name) => name.startsWith(automaton.name));
    const name = same.length === 0 ? automaton.name : `${automaton.name} ${same.length + 1}`;
    this.#names.set(automaton, name);
    const pairs = automaton.states.flatMap((_, state) =>
      automaton.events.map((_, event) => ({ state, event })),
    );
    const next = ({ state, event }: { state: number; event: number }) =>
      automaton.outOfBounds(state, event) === null ? automaton.next(state, event) : BEYOND;
    this.tables[`${name} next`] = pairs.map(next);
    this.tables[`${name} reply`] = pairs.map((pair) =>
      next(pair) < 0 ? -1 : automaton.reply(pair.state, pair.event),
    );
    this.tables[`${name} cover`] = pairs.map((pair) =>
      next(pair) < 0 ? -1 : this.item(automaton, pair.state, pair.event),
    );
  }

  /** The next state of a chart in `state`, or {@link UNHANDLED} or {@link BEYOND}. */
  next(automaton: Automaton, state: Term, event: number): Expression {
    return table(`${this.#name(automaton)} next`, pairIndex(automaton, state, event));
  }

  /** Index of its reply. */
  reply(automaton: Automaton, state: Term, event: number): Expression {
    return table(`${this.#name(automaton)} reply`, pairIndex(automaton, state, event));
  }

  /** Index of the coverage item of a handled pair. */
  cover(automaton: Automaton, state: Term, event: number): Expression {
    return table(`${this.#name(automaton)} cover`, pairIndex(automaton, state, event));
  }

  /** Index of the coverage item of one transition. */
  item(automaton: Automaton, state: number, event: number): number {
    const item = {
      chart: automaton.name,
      state: automaton.states[state]?.name ?? "?",
      event: (automaton.events[event] ?? "?").replace(/\(.*/, ""),
    };
    const key = `${item.chart}\n${item.state}\n${item.event}`;
    const known = this.#items.get(key);
    if (known !== undefined) return known;
    const index = this.coverage.push(item) - 1;
    this.#items.set(key, index);
    return index;
  }

  /** Whether some state does not handle the event, or handling it leaves the bounds. */
  mayRefuse(automaton: Automaton, event: number): { waits: boolean; beyond: boolean } {
    const values = automaton.states.map((_, state) =>
      automaton.outOfBounds(state, event) === null ? automaton.next(state, event) : BEYOND,
    );
    return { waits: values.includes(UNHANDLED), beyond: values.includes(BEYOND) };
  }

  #name(automaton: Automaton): string {
    const name = this.#names.get(automaton);
    if (name !== undefined) return name;
    throw new BlockgraphError("chart-malformed", `${automaton.name}: its tables were not made`);
  }
}

function pairIndex(automaton: Automaton, state: Term, event: number): Expression {
  return binary(binary(term(state), "*", automaton.events.length), "+", event);
}
