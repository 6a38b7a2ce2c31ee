/**
 * The way to a state that satisfies a condition: the checker's is a shortest one from wherever it
 * begins, and opens as a branch of what is explored. Brute force, without any symmetry, says how
 * long a shortest one is.
 */
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { initialState, successorsOf } from "../../../src/check/program/interpret.ts";
import type { Program } from "../../../src/check/program/program.ts";
import type { ProgramState } from "../../../src/check/program/state.ts";
import { blindSymmetries } from "../../../src/explorer/condition/blind-symmetries.ts";
import type { Condition } from "../../../src/explorer/condition/condition.ts";
import { holdsIn } from "../../../src/explorer/condition/evaluate.ts";
import { parseCondition } from "../../../src/explorer/condition/parse.ts";
import { vocabularyOf } from "../../../src/explorer/condition/vocabulary.ts";
import type { BackgroundSearch } from "../../../src/explorer/search/background-search.ts";
import { findCondition } from "../../../src/explorer/search/find-condition.ts";
import { ProgramExploration } from "../../../src/explorer/session/program-exploration.ts";
import { MODEL, SKETCH } from "../support/explored-programs.ts";
import { someCondition } from "../support/some-condition.ts";

/** Every state that can be reached from one, with the steps of a shortest way there. */
function distances(program: Program, first: ProgramState) {
  const found = [{ state: first, steps: 0 }];
  const seen = new Set([JSON.stringify(first)]);
  for (const { state, steps } of found) {
    for (const successor of successorsOf(program, state)) {
      const key = JSON.stringify(successor.state);
      if (successor.failure !== null || seen.has(key)) continue;
      seen.add(key);
      found.push({ state: successor.state, steps: steps + 1 });
    }
  }
  return found;
}

const open: BackgroundSearch[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((search) => search.close()));
});

async function search(program: Program, condition: Condition, from: ProgramState) {
  const limits = { threads: 1, memory: 2 ** 28 };
  const found = findCondition(program, { condition, from }, limits, () => {});
  open.push(found.search);
  return found.found;
}

/** The state that some steps lead to. */
function walk(exploration: ProgramExploration, turns: readonly number[]): number {
  return turns.reduce((at, turn) => {
    const steps = exploration.view(at).steps.filter(({ dead }) => dead === null);
    const step = steps[turn % Math.max(1, steps.length)];
    return step === undefined ? at : exploration.take(at, step.index);
  }, 0);
}

describe.each(
  Object.entries({ SKETCH, MODEL }).map(([name, { program }]) => [name, program] as const),
)("looking for a state of %s", (_, program) => {
  it("finds a shortest way to one if there is one, from anywhere", async () => {
    const turns = fc.array(fc.nat({ max: 99 }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(someCondition(vocabularyOf(program)), turns, async (condition, taken) => {
        const exploration = new ProgramExploration(program, new Map());
        const begin = walk(exploration, taken);
        const from = exploration.state(begin);
        const all = distances(program, from);
        const shortest = all.find(({ state }) => holdsIn(program, condition, state));
        const found = await search(program, condition, from);
        if (shortest === undefined) {
          expect(found.kind).toBe("nowhere");
          if (found.symmetries.length === 0) expect(found.states).toBe(all.length);
          else expect(found.states).toBeLessThanOrEqual(all.length);
          return;
        }
        if (found.kind !== "found") throw new Error(`not found: ${JSON.stringify(found)}`);
        expect(found.trace.steps).toHaveLength(shortest.steps);
        const state = exploration.adopt(found.trace, begin);
        expect(exploration.view(state).depth).toBe(exploration.view(begin).depth + shortest.steps);
        expect(holdsIn(program, condition, exploration.state(state))).toBe(true);
      }),
      { numRuns: 16 },
    );
  });
});

it("makes use of the symmetries that a condition is blind to, and of no other", async () => {
  const { program } = SKETCH;
  const vocabulary = vocabularyOf(program);
  const used = (text: string) => {
    const parsed = parseCondition(text, vocabulary);
    if (parsed.kind === "problem") throw new Error(parsed.problem.message);
    return blindSymmetries(program, parsed.condition).map(({ name }) => name);
  };
  expect(used("at least 2 clusters copied and any reader frozen")).toEqual([
    ...["clusters", "guests", "readers"],
  ]);
  expect(used("cluster 1 copied and reader 0 frozen")).toEqual(["guests"]);
  expect(used("every guest writing and guest 1 writing")).toEqual(["clusters", "readers"]);
  expect(used("any guest.address = 1")).toEqual(["guests", "readers"]);
});

it("a search that is stopped says how far it came", async () => {
  const { program } = SKETCH;
  const never: Condition = {
    kind: "not",
    of: {
      kind: "compare",
      target: { kind: "field", name: "disk", which: 0 },
      comparison: ">=",
      value: 0,
    },
  };
  const from = initialState(program);
  const limits = { threads: 1, memory: 2 ** 28 };
  const found = findCondition(program, { condition: never, from }, limits, () => {});
  open.push(found.search);
  found.search.stop("interrupted");
  const outcome = await found.found;
  expect(["stopped", "nowhere"]).toContain(outcome.kind);
});
