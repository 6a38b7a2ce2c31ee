/**
 * Programs that are judged by some of their properties: the same states, fewer judgements.
 */
import { describe, expect, test } from "vitest";
import { NO_DEADLOCK, onlyProperties } from "../../src/check/only-properties.ts";
import { binary, field, goto, judge, loop, set, when } from "../../src/check/program/build.ts";
import { initialState, isFinal, successorsOf } from "../../src/check/program/interpret.ts";
import type { Program } from "../../src/check/program/program.ts";
import type { ProgramState } from "../../src/check/program/state.ts";
import { programDigest } from "../../src/check/program-digest.ts";

/** Counts to 3, and is judged on the way, in a loop and in a condition. */
const COUNTER: Program = {
  name: "counter",
  fields: [{ name: "n", size: 4, count: 1, initial: [], values: null }],
  tables: {},
  processes: [
    {
      name: "counter",
      instances: 1,
      nodes: [
        {
          kind: "rest",
          name: "at",
          alternatives: [
            {
              name: "up",
              text: "up",
              choices: [],
              fair: true,
              body: [
                when(binary(field("n"), "==", 3), [{ kind: "block" }]),
                set("n", 0, binary(field("n"), "+", 1)),
                loop("i", 0, 2, [judge("small", 1, binary(field("n"), ">", 2))]),
                when(binary(field("n"), ">", 1), [judge("never-two", 1, 1)]),
                goto("at"),
              ],
            },
          ],
        },
      ],
    },
  ],
  properties: [
    { name: "small", promise: "always" },
    { name: "never-two", promise: "always" },
  ],
  everyState: [judge("small", 1, 0)],
  liveness: [],
  symmetries: [],
  coverage: [],
  final: { kind: "constant", value: 0 },
};

/** All states, and the names of the properties that were judged on the way. */
function explore(program: Program): { states: ProgramState[]; judged: Set<string> } {
  const states = [initialState(program)];
  const judged = new Set<string>();
  for (const state of states) {
    for (const successor of successorsOf(program, state)) {
      for (const { property } of successor.judgements) judged.add(property);
      states.push(successor.state);
    }
  }
  return { states, judged };
}

describe("a program with some of its properties", () => {
  test("has the same states and judges only those", () => {
    const whole = explore(COUNTER);
    expect(whole.judged).toEqual(new Set(["small", "never-two"]));
    for (const name of ["small", "never-two"]) {
      const program = onlyProperties(COUNTER, new Set([name]));
      const part = explore(program);
      expect(part.states).toEqual(whole.states);
      expect(part.judged).toEqual(new Set([name]));
      expect(program.properties.map((property) => property.name)).toEqual([name]);
      expect(program.everyState).toHaveLength(name === "small" ? 1 : 0);
    }
  });

  test("speaks of deadlocks only if it is to", () => {
    const [last] = explore(COUNTER).states.slice(-1);
    if (last === undefined) throw new Error("there is a last state");
    expect(isFinal(onlyProperties(COUNTER, new Set([NO_DEADLOCK])), last)).toBe(false);
    expect(isFinal(onlyProperties(COUNTER, new Set(["small"])), last)).toBe(true);
  });
});

describe("a program's digest", () => {
  test("is the same for the same program, whatever the order of its keys", () => {
    const { name, ...rest } = COUNTER;
    expect(programDigest({ ...rest, name })).toBe(programDigest(COUNTER));
    expect(programDigest(COUNTER)).toMatch(/^[0-9a-f]{16}$/);
  });

  test("is another one for every change", () => {
    const changed = { ...COUNTER, final: { kind: "constant", value: 1 } as const };
    const digests = [COUNTER, changed, onlyProperties(COUNTER, new Set(["small"]))];
    expect(new Set(digests.map(programDigest)).size).toBe(3);
  });
});
