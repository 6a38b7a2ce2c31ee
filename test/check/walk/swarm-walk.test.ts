/** A swarm's walk that has room and time sees exactly what a search sees. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { compileProgram } from "../../../src/check/compile/compile.ts";
import { Bitstate, bitstateBytes } from "../../../src/check/walk/bitstate.ts";
import { createExpander } from "../../../src/check/walk/expander.ts";
import { type Preference, swarmTraits } from "../../../src/check/walk/swarm-traits.ts";
import { SwarmWalk } from "../../../src/check/walk/swarm-walk.ts";
import { walkPicks } from "../../../src/check/walk/walk-seed.ts";
import { seededSchedule } from "../../../src/system/schedule.ts";
import { fleece } from "../support/programs.ts";

/** The yardstick with 2 of everything, as deep as it goes. */
function swarmWalk(
  seed: number,
  bytes: number,
  maxDepth = 1e6,
  prefers: Preference = "any",
): SwarmWalk {
  const program = fleece({ clusters: 2, guests: 2, readers: 2, values: 2 });
  const { kernel } = compileProgram(program, { symmetry: false, coverage: false });
  const table = new Bitstate(kernel.words, bytes);
  table.clear(seed);
  const picks = seededSchedule(seed);
  const expander = createExpander(kernel);
  const walk = new SwarmWalk(
    { initial: kernel.initial, expander, picks, maxDepth, prefers },
    table,
  );
  while (walk.advance(100));
  return walk;
}

test.each([0, 1, 2, 3, 4])("seed %i sees every state once, and every transition", (seed) => {
  const { states, transitions } = swarmWalk(seed, 2 ** 20);
  expect({ states, transitions }).toEqual({ states: 2482, transitions: 11_640 });
});

test("a small table misses states, and never counts one twice", () => {
  for (let seed = 0; seed < 20; seed++) {
    const { states } = swarmWalk(seed, 2 ** 10);
    expect(states).toBeLessThan(2482);
    expect(states).toBeGreaterThan(1000);
  }
});

test.each(["early", "late"] as const)("one that prefers %s successors sees as much", (prefers) => {
  const { states, transitions } = swarmWalk(7, 2 ** 20, 1e6, prefers);
  expect({ states, transitions }).toEqual({ states: 2482, transitions: 11_640 });
});

test("walks differ in depth, memory and preference, within what they may", () => {
  const traits = Array.from({ length: 200 }, (_, seed) => swarmTraits(walkPicks(seed), 4000));
  const depths = traits.map(({ maxDepth }) => maxDepth);
  expect(Math.max(...depths)).toBe(4000);
  expect(Math.min(...depths)).toBe(31);
  expect(new Set(traits.map(({ halvings }) => halvings)).size).toBe(8);
  expect(new Set(traits.map(({ prefers }) => prefers))).toEqual(new Set(["any", "early", "late"]));
  for (let seed = 0; seed < 50; seed++) {
    expect(swarmTraits(walkPicks(seed), 20).maxDepth).toBeGreaterThanOrEqual(16);
    expect(swarmTraits(walkPicks(seed), 3).maxDepth).toBe(3);
  }
});

test("a part of a table fills sooner, and is as good as a table of its size", () => {
  const [part, whole] = [new Bitstate(1, 2 ** 16), new Bitstate(1, 2 ** 13)];
  part.clear(5, 3);
  whole.clear(5);
  for (let state = 0; state < 20_000; state++) {
    const data = Int32Array.of(state);
    expect(part.add(data, 0)).toBe(whole.add(data, 0));
  }
  expect(part.fill).toBe(whole.fill);
  part.clear(6);
  expect(part.fill).toBe(0);
  for (let state = 0; state < 1000; state++) part.add(Int32Array.of(state), 0);
  // Nothing is left of what filled the part.
  expect(part.fill).toBeGreaterThan(2900 / 2 ** 19);
});

test("a walk of a small depth stays there", () => {
  for (let seed = 0; seed < 20; seed++) {
    const { states, depth } = swarmWalk(seed, 2 ** 20, 5);
    expect(depth).toBe(4);
    expect(states).toBeLessThan(1000);
  }
});

test("a table never takes for new what it was given before", () => {
  const state = fc.tuple(fc.integer(), fc.integer(), fc.integer()).map((words) => words);
  fc.assert(
    fc.property(fc.array(state), fc.integer(), (states, salt) => {
      const table = new Bitstate(3, 2 ** 10);
      table.clear(salt);
      const data = Int32Array.from(states.flat());
      for (const [index] of states.entries()) table.add(data, index * 3);
      for (const [index] of states.entries()) expect(table.add(data, index * 3)).toBe(false);
      expect(table.fill).toBeLessThanOrEqual((states.length * 3) / 2 ** 13);
    }),
  );
});

test("the size of a table is a power of two, and no more than is allowed", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 40 }), (bytes) => {
      const size = bitstateBytes(bytes);
      expect(Math.log2(size) % 1).toBe(0);
      // A very small one would see next to nothing.
      expect(size).toBeLessThanOrEqual(Math.max(bytes, 2 ** 16));
    }),
  );
});
