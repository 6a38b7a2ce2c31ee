/**
 * Symmetries that sorting cannot settle: things that name each other. Every permutation is tried,
 * and the number of orbits is what counting by hand gives.
 */
import { expect, test } from "vitest";
import { compileProgram } from "../../../src/check/compile/compile.ts";
import { goto, set } from "../../../src/check/program/build.ts";
import type { Program } from "../../../src/check/program/program.ts";
import { count } from "../support/count.ts";

/** Each of `size` things may point to one of them, once. */
function pointers(size: number): Program {
  return {
    name: "pointers",
    fields: [
      { name: "to", size: size + 1, count: size, initial: Array(size).fill(size), values: null },
    ],
    tables: {},
    processes: [
      {
        name: "thing",
        instances: size,
        nodes: [
          {
            kind: "rest",
            name: "free",
            alternatives: [
              {
                name: "point",
                text: "{self} points to {at}",
                choices: [{ local: "at", count: size }],
                fair: false,
                body: [set("to", "self", "at"), goto("pointing")],
              },
            ],
          },
          { kind: "rest", name: "pointing", alternatives: [] },
        ],
      },
    ],
    properties: [],
    everyState: [],
    liveness: [],
    symmetries: [
      {
        name: "things",
        size,
        owned: [{ field: "to", stride: 1 }],
        processes: [{ process: "thing", stride: 1 }],
        naming: ["to"],
      },
    ],
    coverage: [],
    final: { kind: "constant", value: 1 },
  };
}

// Partial functions of n points to themselves, up to renumbering: OEIS A126285.
test.each([
  [1, 2],
  [2, 6],
  [3, 16],
  [4, 45],
  [5, 121],
])("%d things that point at each other have %d orbits", (size, states) => {
  const { kernel } = compileProgram(pointers(size), { symmetry: true, coverage: false });
  expect(count(kernel).states).toBe(states);
});

test("too many permutations are refused in one line", () => {
  const compile = () => compileProgram(pointers(8), { symmetry: true, coverage: false });
  expect(compile).toThrow(/pointers: its symmetries have 40320 permutations, more than 5040/);
});
