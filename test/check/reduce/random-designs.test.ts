/**
 * Whatever happens in a random design happens in its reduced search as well, and what is known of a
 * team's steps beforehand is true of every step that it takes.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { INVARIANTS, PROPERTIES, REACHABLE } from "../../../properties/index.ts";
import { lowerModel } from "../../../src/check/lower/model/lower-model.ts";
import { initialState, successorsOf } from "../../../src/check/program/interpret.ts";
import { restNumber } from "../../../src/check/program/nodes.ts";
import type { Program } from "../../../src/check/program/program.ts";
import type { ProgramState } from "../../../src/check/program/state.ts";
import { type Context, contextsOf } from "../../../src/check/reduce/contexts.ts";
import { Elements } from "../../../src/check/reduce/elements.ts";
import { bit } from "../../../src/check/reduce/footprint.ts";
import { reductionOf } from "../../../src/check/reduce/reduction.ts";
import { type TeamList, teamsOf } from "../../../src/check/reduce/team-list.ts";
import { BlockgraphError } from "../../../src/error.ts";
import type { Model } from "../../../src/system/model.ts";
import { uninterruptedDesign } from "../lower/checkable-design.ts";
import { outcomeOf } from "./outcome.ts";

const CLUSTER = 4096;

/** Two requests of a cluster each, or one that may be longer and lie anywhere. */
const bounds = fc.constantFrom(
  { requests: 2, alignment: CLUSTER, longest: CLUSTER, values: 1 },
  { requests: 1, alignment: CLUSTER, longest: 2 * CLUSTER, values: 1 },
  { requests: 1, alignment: CLUSTER / 2, longest: CLUSTER, values: 1 },
);

/** The design as a program that judges everything; null: it has too many cells. */
function lowered(model: Model, given: Parameters<typeof lowerModel>[1]["bounds"]) {
  const properties = [...PROPERTIES.values(), ...REACHABLE.values()];
  const invariants = [...INVARIANTS.values()];
  try {
    return lowerModel(model, { properties, invariants, mutant: null, bounds: given }).program;
  } catch (error) {
    if (error instanceof BlockgraphError && error.code === "bad-argument") return null;
    throw error;
  }
}

test("a reduced search ends where the other does, and meets the same on the way", () => {
  let [compared, states, left] = [0, 0, 0];
  fc.assert(
    fc.property(uninterruptedDesign, bounds, (model, given) => {
      const program = lowered(model, given);
      const whole = program === null ? null : outcomeOf(program, null, 3000);
      if (program === null || whole === null) return;
      const reduction = reductionOf(program);
      if (typeof reduction === "string") throw new Error(reduction);
      const reduced = outcomeOf(program, reduction, 3000);
      expect(reduced?.outcome).toEqual(whole.outcome);
      compared++;
      states += whole.states;
      left += reduced?.states ?? 0;
    }),
    { numRuns: 20 },
  );
  expect(compared).toBeGreaterThan(0);
  expect(left).toBeLessThan(states);
});

/** What is known of a program's teams, by what they are at. */
class Known {
  readonly elements: Elements;
  readonly list: TeamList;
  readonly #contexts = new Map<string, Context>();

  constructor(program: Program) {
    if (program.teams === undefined) throw new Error("its teams are not known");
    this.elements = new Elements(program);
    this.list = teamsOf(program, program.teams, this.elements);
    for (const context of contextsOf(program, this.list, this.elements)) {
      this.#contexts.set(`${context.team.number}:${context.vector}`, context);
    }
  }

  /** The context that a team is at in a state. */
  context(number: number, { fields, nodes }: ProgramState): Context | undefined {
    const { director, teams, counters } = this.list;
    const team = teams[number];
    const stands = [director, ...(team?.members ?? [])].map(({ process, self }) =>
      restNumber(process, nodes[process.name]?.[self] ?? ""),
    );
    const numbers = [...(team?.guides ?? []), ...counters].map(
      ({ field, index }) => fields[field]?.[index] ?? 0,
    );
    return this.#contexts.get(`${number}:${[...stands, ...numbers]}`);
  }

  /** Elements that differ between two states. */
  changes(program: Program, one: ProgramState, other: ProgramState): number[] {
    const fields = program.fields.flatMap(({ name }) =>
      this.elements
        .ofField(name, null)
        .filter((_, index) => one.fields[name]?.[index] !== other.fields[name]?.[index]),
    );
    const stands = program.processes.flatMap(({ name, instances }) =>
      Array.from({ length: instances }, (_, self) => self)
        .filter((self) => one.nodes[name]?.[self] !== other.nodes[name]?.[self])
        .map((self) => this.elements.stand(this.elements.instance(name, self))),
    );
    return [...fields, ...stands];
  }
}

test("steps write, and lead to, what was known of them; the director steps alone", () => {
  fc.assert(
    fc.property(
      uninterruptedDesign,
      bounds,
      fc.array(fc.nat({ max: 1000 }), { minLength: 20, maxLength: 20 }),
      (model, given, picks) => {
        const program = lowered(model, given);
        if (program === null) return;
        const known = new Known(program);
        let state = initialState(program);
        for (const pick of picks) {
          const successors = successorsOf(program, state);
          for (const successor of successors) {
            const { process, instance } = successor.step;
            const team = known.list.teamOf.get(known.elements.instance(process, instance));
            if (team === undefined) {
              expect(successors.every(({ step }) => step.process === process)).toBe(true);
              continue;
            }
            const before = known.context(team.number, state);
            const after = known.context(team.number, successor.state);
            const writes = before?.footprint.writes ?? 0n;
            const changes = known.changes(program, state, successor.state);
            expect(changes.filter((element) => (writes & bit(element)) === 0n)).toEqual([]);
            expect(after !== undefined && before?.next.has(after)).toBe(true);
            requireIdle(known, state, changes, team.number);
          }
          const chosen = successors[pick % Math.max(1, successors.length)];
          if (chosen === undefined) break;
          state = chosen.state;
        }
      },
    ),
    { numRuns: 8 },
  );
});

/** Nobody changes what belongs to an adopted team at work. */
function requireIdle(
  { list }: Known,
  { nodes }: ProgramState,
  changes: readonly number[],
  stepping: number,
): void {
  for (const { adopted, number, own, members } of list.teams) {
    if (!adopted || number === stepping) continue;
    if (changes.every((element) => (own & bit(element)) === 0n)) continue;
    for (const { process, self } of members) {
      expect(nodes[process.name]?.[self]).toBe(process.nodes[0]?.name);
    }
  }
}
