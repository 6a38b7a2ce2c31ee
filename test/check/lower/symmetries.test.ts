/**
 * The symmetries of models with a graph are what they are said to be: a state and its renumberings
 * have the same future, and a search up to symmetry sees one state of each orbit, no fewer and no
 * more. Both are held against renumbering by the letter.
 */
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { breakSnapshotRace } from "../../../models/break-snapshot-race.ts";
import { corIntoCache } from "../../../models/fleecing-cache/cor-into-cache.ts";
import { startCaching } from "../../../models/fleecing-cache/parts.ts";
import { MODELS } from "../../../models/index.ts";
import { PROPERTIES } from "../../../properties/index.ts";
import { type Compiled, compileProgram } from "../../../src/check/compile/compile.ts";
import { instantiate } from "../../../src/check/compile/instantiate.ts";
import { lowerModel } from "../../../src/check/lower/model/lower-model.ts";
import { boundsOf } from "../../../src/check/lower/model/plan.ts";
import { initialState, successorsOf } from "../../../src/check/program/interpret.ts";
import type { Program } from "../../../src/check/program/program.ts";
import type { ProgramState, Successor } from "../../../src/check/program/state.ts";
import { validateProgram } from "../../../src/check/program/validate.ts";
import type { CheckBounds, Model, Mutant } from "../../../src/system/model.ts";
import { count } from "../support/count.ts";
import { Orbits, swapsOf } from "../support/renumber.ts";
import { checkableDesign } from "./checkable-design.ts";

function lowered(model: Model, mutant: Mutant | null, bounds: CheckBounds): Program {
  const properties = [...PROPERTIES.values()];
  return lowerModel(model, { properties, invariants: [], mutant, bounds }).program;
}

/** Every so many states of a walk, its renumberings are looked at. */
const STRIDE = 3;

/** Walks some way, and looks at renumberings of states on it. @returns how many there were */
function compareFutures(program: Program, picks: readonly number[]): number {
  const { kernel, layout } = compileProgram(program, { symmetry: true, coverage: false });
  const runnable = instantiate(kernel);
  /** What can be done in a state and where it leads, up to renumbering. */
  const future = (successors: readonly Successor[]) =>
    successors
      .map(({ state, judgements, failure, covered }) => {
        const judged = judgements.map(({ property, violated }) => `${property} ${violated}`);
        const next = failure ?? runnable.present(layout.pack(state)).join();
        return [next, ...judged.sort(), ...[...covered].sort()].join("\n");
      })
      .sort();
  const swaps = swapsOf(program);
  let state = initialState(program);
  let compared = 0;
  for (const [index, pick] of picks.entries()) {
    const successors = successorsOf(program, state);
    if (index % STRIDE === 0) {
      const some = swaps.filter((_, bit) => swaps.length === 1 || ((pick >> bit) & 1) === 1);
      const other = some.reduce((renumbered, swap) => swap(renumbered), state);
      expect(future(successorsOf(program, other))).toEqual(future(successors));
      if (layout.pack(other).join() !== layout.pack(state).join()) compared++;
    }
    const taken = successors.filter(({ failure }) => failure === null);
    const chosen = taken[pick % Math.max(1, taken.length)];
    if (chosen === undefined) break;
    state = chosen.state;
  }
  return compared;
}

const picks = fc.array(fc.nat(1 << 20), { minLength: 30, maxLength: 40 });

describe("renumbering a state changes nothing of its future", () => {
  const cases = [...MODELS.values()].flatMap((model) =>
    [null, ...model.mutants].map((mutant) => {
      const bounds = { ...boundsOf(model), requests: 2 };
      return [`${model.name} ${mutant?.name ?? ""}`, lowered(model, mutant, bounds)] as const;
    }),
  );
  test.each(cases.filter(([, program]) => program.symmetries.length > 0))("%s", (_, program) => {
    validateProgram(program);
    let compared = 0;
    const property = fc.property(picks, (given) => {
      compared += compareFutures(program, given);
    });
    // Some walks meet nobody who has anything to renumber; those of this seed do.
    fc.assert(property, { seed: 5, numRuns: 3 });
    expect(compared).toBeGreaterThan(0);
  });
});

const CLUSTER = 4096;
const BOUNDS: CheckBounds = { requests: 1, alignment: CLUSTER, longest: CLUSTER, values: 1 };
/** More than that, and a design is left alone. */
const STATES_MAX = 1500;

/** All reachable states; null: too many. */
function reachable({ kernel, layout }: Compiled, most: number): ProgramState[] | null {
  const runnable = instantiate(kernel);
  const known = new Map([[kernel.initial.join(), kernel.initial]]);
  for (const state of known.values()) {
    for (const next of runnable.successors(state).successors) {
      if (!known.has(next.join())) known.set(next.join(), next);
    }
    if (known.size > most) return null;
  }
  return [...known.values()].map((words) => layout.unpack(words));
}

function compareCounts(program: Program, most = STATES_MAX): void {
  validateProgram(program);
  const compiled = compileProgram(program, { symmetry: false, coverage: false });
  const states = reachable(compiled, most);
  fc.pre(states !== null);
  const orbits = new Orbits(program, compiled.layout);
  const expected = new Set(states?.map((state) => orbits.name(state)));
  const plain = count(compiled.kernel);
  const reduced = count(compileProgram(program, { symmetry: true, coverage: false }).kernel);
  expect(reduced.states).toBe(expected.size);
  expect(reduced.broken).toEqual(plain.broken);
  // A state may be reached one step sooner with two requests the other way round.
  expect(Math.abs(reduced.depth - plain.depth)).toBeLessThanOrEqual(1);
}

describe("a search up to symmetry sees one state of each orbit of a random design", () => {
  it.each(["clusters", "readers", "requests of guest"])("that has %s alike", (name) => {
    const property = fc.property(
      checkableDesign,
      fc.constantFrom(BOUNDS, { ...BOUNDS, requests: 2 }, { ...BOUNDS, alignment: 1 }),
      (model, bounds) => {
        const program = lowered(model, null, bounds);
        fc.pre(program.symmetries.some((symmetry) => symmetry.name === name));
        compareCounts(program);
      },
    );
    fc.assert(property, { numRuns: 3, maxSkipsPerRun: 1000 });
  });
});

test("clusters are not alike where a node asks for any of them: the first one takes it", () => {
  const { phases, ...model } = corIntoCache;
  const [, ...others] = phases;
  const symmetric = (copyOnRead: boolean) => {
    const cache = { "memory-clusters": 1, "copy-on-read": copyOnRead };
    const start = { kind: "commands", commands: startCaching(cache) } as const;
    return lowered({ ...model, phases: [start, ...others] }, null, boundsOf(corIntoCache));
  };
  const namesOf = (program: Program) => program.symmetries.map(({ name }) => name);
  expect(namesOf(symmetric(false))).toContain("clusters");
  expect(namesOf(symmetric(true))).not.toContain("clusters");
});

test("copies in the background, requests in flight and clusters are renumbered together", () => {
  const images = breakSnapshotRace.images.map((image) => ({ ...image, content: [] }));
  const bounds = { ...boundsOf(breakSnapshotRace), values: 1 };
  const program = lowered({ ...breakSnapshotRace, images }, null, bounds);
  const names = program.symmetries.map(({ name }) => name);
  expect(names).toEqual(["clusters", "copies in the background", "requests of guest"]);
  compareCounts(program, Number.POSITIVE_INFINITY);
});
