/**
 * The way to a state that satisfies a condition: the checker's is a shortest one, and opens as a
 * branch of what is explored. Brute force says how long a shortest one is.
 */
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { initialState, successorsOf } from "../../../src/check/program/interpret.ts";
import type { Program } from "../../../src/check/program/program.ts";
import type { ProgramState } from "../../../src/check/program/state.ts";
import type { Condition } from "../../../src/explorer/condition/condition.ts";
import { holdsIn } from "../../../src/explorer/condition/evaluate.ts";
import { vocabularyOf } from "../../../src/explorer/condition/vocabulary.ts";
import type { BackgroundSearch } from "../../../src/explorer/search/background-search.ts";
import { findCondition } from "../../../src/explorer/search/find-condition.ts";
import { ProgramExploration } from "../../../src/explorer/session/program-exploration.ts";
import { MODEL, SKETCH } from "../support/explored-programs.ts";
import { someCondition } from "../support/some-condition.ts";

/** Every state, with the steps of a shortest way there. */
function distances(program: Program): { state: ProgramState; steps: number }[] {
  const first = initialState(program);
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

async function search(program: Program, condition: Condition) {
  const found = findCondition(program, condition, { threads: 1, memory: 2 ** 28 }, () => {});
  open.push(found.search);
  return found.found;
}

describe.each(
  Object.entries({ SKETCH, MODEL }).map(([name, { program }]) => [name, program] as const),
)("looking for a state of %s", (_, program) => {
  it("finds a shortest way to one if there is one", async () => {
    const all = distances(program);
    expect(all.length).toBeGreaterThan(100);
    await fc.assert(
      fc.asyncProperty(someCondition(vocabularyOf(program)), async (condition) => {
        const shortest = all.find(({ state }) => holdsIn(program, condition, state));
        const found = await search(program, condition);
        if (shortest === undefined) {
          expect(found).toMatchObject({ kind: "nowhere", states: all.length });
          return;
        }
        if (found.kind !== "found") throw new Error(`not found: ${JSON.stringify(found)}`);
        expect(found.trace.steps).toHaveLength(shortest.steps);
        const exploration = new ProgramExploration(program, new Map());
        const state = exploration.state(exploration.adopt(found.trace));
        expect(holdsIn(program, condition, state)).toBe(true);
      }),
      { numRuns: 12 },
    );
  });
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
  const found = findCondition(program, never, { threads: 1, memory: 2 ** 28 }, () => {});
  open.push(found.search);
  found.search.stop("interrupted");
  const outcome = await found.found;
  expect(["stopped", "nowhere"]).toContain(outcome.kind);
});
