/**
 * What was drawn is what runs: for every chart of every driver, the tables say what XState's pure
 * `transition()` says, whatever the order of events. Everything else rests on this.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AnyMachineSnapshot, initialTransition, transition } from "xstate";
import type { Automaton } from "../../src/chart/automaton.ts";
import { type Chart, eventName } from "../../src/chart/chart.ts";
import { tabulate } from "../../src/chart/tabulate.ts";
import { chartsOf, READERS, VARIANTS } from "../support/charts.ts";
import { refusal } from "../support/refusal.ts";
import { withoutContext } from "../support/walk.ts";

/** What XState says about a state, in the words of the tables. */
function described(snapshot: AnyMachineSnapshot) {
  const [meta = null] = Object.values(snapshot.getMeta());
  const { errno } = snapshot.context as { errno?: unknown };
  const effect = meta === null ? null : structuredClone(meta.effect);
  if (effect?.errno === "from-context") effect.errno = errno;
  return { context: snapshot.context, effect };
}

/** The active states: `dirty·no·allowed`. */
function activeStates(value: unknown): string {
  if (typeof value === "string") return value;
  return Object.values(value ?? {})
    .map(activeStates)
    .join("·");
}

/** The context field that is outside its bounds; undefined if none is. */
function fieldBeyond(snapshot: AnyMachineSnapshot): string | undefined {
  return Object.entries(snapshot.context).find(
    ([, count]) => typeof count === "number" && (count < 0 || count > READERS),
  )?.[0];
}

/** Takes one event in both; gives back what XState makes of it. */
function compareStep(
  chart: Chart,
  automaton: Automaton,
  state: number,
  before: AnyMachineSnapshot,
  event: number,
): { state: number; snapshot: AnyMachineSnapshot } {
  const occurrence = chart.events[event] ?? { type: "?" };
  if (!before.can(occurrence)) {
    expect(automaton.next(state, event)).toBe(-1);
    return { state, snapshot: before };
  }
  const [snapshot, actions] = transition(chart.machine, before, occurrence);
  const field = fieldBeyond(snapshot);
  if (field !== undefined) {
    const message = refusal("chart-out-of-bounds", () => automaton.next(state, event));
    const place = `${chart.name}, state ${automaton.states[state]?.name}, event`;
    expect(message).toContain(`${place} ${eventName(occurrence)}: ${field} leaves its bounds`);
    return { state, snapshot: before };
  }
  const next = automaton.next(state, event);
  const { name, ...said } = automaton.states[next] ?? { name: "none" };
  expect(said).toEqual(described(snapshot));
  expect(withoutContext(name)).toBe(activeStates(snapshot.value));
  const declared: readonly { type: string; params?: unknown }[] = actions;
  const emitted = declared.filter(({ type }) => type === "xstate.emit").map((emit) => emit.params);
  const reply = automaton.replies[automaton.reply(state, event)];
  expect(emitted).toMatchObject(reply === undefined ? [] : [{ event: { type: reply } }]);
  const moved = declared.filter(({ type }) => type === "move").map((move) => move.params);
  expect(automaton.moves(state, event)).toEqual(moved);
  return { state: next, snapshot };
}

/** Sends the same events, given by their indices, through XState and through the tables. */
function compareWalk(chart: Chart, automaton: Automaton, events: readonly number[]): void {
  let [snapshot] = initialTransition(chart.machine);
  let state = 0;
  expect(automaton.states[0]).toMatchObject(described(snapshot));
  if (chart.events.length === 0) return;
  for (const event of events) {
    const step = compareStep(chart, automaton, state, snapshot, event % chart.events.length);
    ({ state, snapshot } = step);
  }
}

const events = fc.array(fc.nat(999), { minLength: 5, maxLength: 25 });

describe.for(VARIANTS.map((variant) => [variant.name, variant] as const))("%s", ([, variant]) => {
  const charts = new Map(chartsOf(variant.charts).map((chart) => [chart.name, chart]));
  const walks = fc.record({ name: fc.constantFrom(...charts.keys()), events });
  const chartNamed = (name: string) => charts.get(name) ?? raise(`no chart ${name}`);

  test("tables that fill as they are used", () => {
    fc.assert(
      fc.property(walks, ({ name, events }) => {
        const chart = chartNamed(name);
        compareWalk(chart, tabulate(chart), events);
      }),
      { numRuns: 10 * charts.size },
    );
  });

  test("tables that were completed first", () => {
    const complete = new Map(
      [...charts].map(([name, chart]) => [name, tabulate(chart).complete()]),
    );
    fc.assert(
      fc.property(walks, ({ name, events }) => {
        const chart = chartNamed(name);
        const automaton = complete.get(name) ?? raise(`no tables for ${name}`);
        const known = automaton.states.length;
        compareWalk(chart, automaton, events);
        expect(automaton.states).toHaveLength(known);
      }),
      { numRuns: 10 * charts.size },
    );
  });
});

describe("the bounds of a chart", () => {
  const hook = VARIANTS.find(({ name }) => name.includes('"viewDiscard":"repaired"'));
  const cluster = () => tabulate(hook?.charts.cluster ?? raise("no cluster chart"));

  test.for([
    ["FREEZE", "frozen"],
    ["HOLD", "held"],
  ] as const)("%s beyond the last reader", ([event, field]) => {
    const automaton = cluster();
    const index = automaton.event(event);
    const full = Array.from({ length: READERS }).reduce<number>(
      (state) => automaton.next(state, index),
      0,
    );
    const message = refusal("chart-out-of-bounds", () => automaton.next(full, index));
    expect(message).toContain(`copy-before-write/cluster, state ${automaton.states[full]?.name}`);
    expect(message).toContain(`event ${event}: ${field} leaves its bounds`);
    expect(refusal("chart-out-of-bounds", () => automaton.next(full, index))).toBe(message);
  });

  test.for([
    ["THAW", "frozen"],
    ["RELEASE", "held"],
  ] as const)("%s below the first reader", ([event, field]) => {
    const automaton = cluster();
    const message = refusal("chart-out-of-bounds", () => automaton.next(0, automaton.event(event)));
    expect(message).toContain(`event ${event}: ${field} leaves its bounds`);
  });

  test("do not keep complete() from what lies within them", () => {
    const automaton = cluster().complete();
    const beyond = automaton.states.map((_, state) =>
      automaton.events.filter((_, event) => automaton.outOfBounds(state, event) !== null),
    );
    for (const [state, { context }] of automaton.states.entries()) {
      const { frozen, held } = context as { frozen: number; held: number };
      const expected = [
        ...(frozen === READERS ? ["FREEZE"] : []),
        ...(frozen === 0 ? ["THAW"] : []),
        ...(held === READERS ? ["HOLD"] : []),
        ...(held === 0 ? ["RELEASE"] : []),
      ];
      expect(beyond[state]).toEqual(expected);
    }
  });
});

function raise(problem: string): never {
  throw new RangeError(problem);
}
