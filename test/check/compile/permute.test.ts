/**
 * Symmetries that sorting alone cannot settle: things that name each other, that lie within each
 * other or share what they own. The number of orbits is what counting by hand gives.
 */
import { expect, test } from "vitest";
import { compileProgram } from "../../../src/check/compile/compile.ts";
import { binary, goto, set } from "../../../src/check/program/build.ts";
import type { Process, Program, Symmetry } from "../../../src/check/program/program.ts";
import { validateProgram } from "../../../src/check/program/validate.ts";
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
        members: [],
        naming: [{ field: "to", first: 0, each: 1 }],
        closed: true,
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

/** Somebody who may give each element of a field of its own a value in [1, size). */
function chooser(name: string, instances: number, size: number) {
  const field = { name: `${name} v`, size, count: instances, initial: [], values: null };
  const process: Process = {
    name,
    instances,
    nodes: [
      {
        kind: "rest",
        name: "free",
        alternatives: [
          {
            name: "choose",
            text: "{self} chooses {v}",
            choices: [{ local: "v", count: size - 1 }],
            fair: false,
            body: [set(field.name, "self", binary("v", "+", 1)), goto("chosen")],
          },
        ],
      },
      { kind: "rest", name: "chosen", alternatives: [] },
    ],
  };
  return { field, process };
}

function states(choosers: readonly ReturnType<typeof chooser>[], symmetries: Symmetry[]): number {
  const program: Program = {
    ...pointers(1),
    fields: choosers.map(({ field }) => field),
    processes: choosers.map(({ process }) => process),
    symmetries,
  };
  validateProgram(program);
  return count(compileProgram(program, { symmetry: true, coverage: false }).kernel).states;
}

const NOTHING = { owned: [], processes: [], members: [], naming: [], closed: true };

/** The choosers themselves, and the instances of each. */
function nested(names: readonly string[], instances: number): Symmetry[] {
  const inner = names.map((name) => ({
    ...NOTHING,
    name: `instances of ${name}`,
    size: instances,
    owned: [{ field: `${name} v`, stride: 1 }],
    processes: [{ process: name, stride: 1 }],
  }));
  const members = names.map((name) => ({ fields: [`${name} v`], processes: [name] }));
  return [...inner, { ...NOTHING, name: "choosers", size: names.length, members }];
}

test("things may be whole processes", () => {
  const choosers = ["a", "b", "c"].map((name) => chooser(name, 1, 3));
  const [, , , whole] = nested(["a", "b", "c"], 1);
  expect(states(choosers, [])).toBe(27);
  // Multisets of 3 of 3 values.
  expect(states(choosers, whole === undefined ? [] : [whole])).toBe(10);
});

test("things within things are sorted first", () => {
  const choosers = ["a", "b"].map((name) => chooser(name, 2, 3));
  expect(states(choosers, [])).toBe(81);
  // Multisets of 2 of the 6 multisets of 2 of 3 values.
  expect(states(choosers, nested(["a", "b"], 2))).toBe(21);
});

test("a named thing may own a part of every thing that nothing names", () => {
  // A 2 by 2 matrix of bits, and somebody who names a column by the values 1 and 3, or none by 2.
  const rows = ["a", "b"].map((name) => chooser(name, 2, 2));
  const name = chooser("name", 1, 4);
  const columns: Symmetry = {
    ...NOTHING,
    name: "columns",
    size: 2,
    owned: ["a v", "b v"].map((field) => ({ field, stride: 1 })),
    processes: ["a", "b"].map((process) => ({ process, stride: 1 })),
    naming: [{ field: "name v", first: 1, each: 2 }],
  };
  const whole = nested(["a", "b"], 2).slice(-1);
  expect(states([...rows, name], [])).toBe(16 * 4);
  expect(states(rows, whole)).toBe(10);
  // 7 matrices up to both; with one column named, 10 up to the order of rows: 7 + 7 + 10.
  expect(states([...rows, name], [columns, ...whole])).toBe(24);
});

test("things of two symmetries that lie across each other are refused in one line", () => {
  const choosers = ["a", "b"].map((name) => chooser(name, 2, 3));
  const across = nested(["a", "b"], 2).toReversed();
  expect(() => states(choosers, across)).toThrow(/belongs to choosers and to instances of b; /);
});

test("too many permutations are refused in one line", () => {
  const compile = () => compileProgram(pointers(8), { symmetry: true, coverage: false });
  expect(compile).toThrow(/pointers: its symmetries have 40320 permutations, more than 5040/);
});
