/** A program that contradicts itself is refused in one line that names the place. */
import { expect, test } from "vitest";
import { goto, run, set, when } from "../../../src/check/program/build.ts";
import type { Program, Statement, Symmetry } from "../../../src/check/program/program.ts";
import { validateProgram } from "../../../src/check/program/validate.ts";
import { fleece } from "../support/programs.ts";

const GOOD = fleece({ clusters: 2, guests: 1, readers: 1, values: 2, symmetric: true });

/** The yardstick with one of its symmetries changed. */
function withSymmetry(index: number, change: Partial<Symmetry>): Program {
  const symmetries = GOOD.symmetries.map((symmetry, at) =>
    at === index ? { ...symmetry, ...change } : symmetry,
  );
  return { ...GOOD, symmetries };
}

/** A program of one process with one way from its rest. */
function stepping(...body: readonly Statement[]): Program {
  const way = { name: "way", text: "", choices: [], fair: true, body };
  const rest = { kind: "rest" as const, name: "idle", alternatives: [way] };
  return {
    ...GOOD,
    processes: [{ name: "guest", instances: 1, nodes: [rest] }],
    symmetries: [],
    everyState: [],
  };
}

const disk = { name: "disk", size: 2, count: 1, initial: [], values: null };
const NOTHING = { size: 2, owned: [], processes: [] };
const stretch = (field: string, stride: number) => [{ field, stride }];
const by = (field: string, first: number) => [{ field, first, each: 1 }];
const beginning = (...begins: string[]) => ({
  ...GOOD,
  processes: GOOD.processes.map((process) => ({ ...process, begins })),
});
const passing = { kind: "pass" as const, name: "first", body: [goto("first")] };

test.each<[string, Program]>([
  [
    "node idle, way names field nothing, which is not",
    stepping(set("nothing", 0, 0), goto("idle")),
  ],
  ["reads local v, which is never set", stepping(set("disk", 0, "v"), goto("idle"))],
  ["goes to node nowhere, which guest has not", stepping(goto("nowhere"))],
  ["names process nobody", stepping(run("nobody", 0, "idle"), goto("idle"))],
  ["a path that ends without goto", stepping(when(1, [goto("idle")]))],
  ["field disk begins with 2, not below 2", { ...GOOD, fields: [{ ...disk, initial: [2] }] }],
  ["field disk has size 0", { ...GOOD, fields: [{ ...disk, size: 0 }] }],
  ["field disk is there twice", { ...GOOD, fields: [disk, disk] }],
  [
    "process guest has no initial state",
    { ...GOOD, processes: [{ name: "guest", instances: 1, nodes: [passing] }] },
  ],
  ["begins at nowhere, which is no rest of it", beginning("nowhere")],
  ["begins at 2 places, and has 1 instances", beginning("idle", "idle")],
  ["has no process", { ...GOOD, processes: [] }],
  ["owns field disk, which has not 2 times 2", withSymmetry(0, { owned: stretch("disk", 2) })],
  ["is named by field disk, which has too few values", withSymmetry(0, { naming: by("disk", 1) })],
  ["owns guest, which has not 2 times 1 instances", withSymmetry(1, { size: 2, owned: [] })],
  [
    "has 1 members for 2 things",
    withSymmetry(1, { ...NOTHING, members: [{ fields: ["disk"], processes: [] }] }),
  ],
  [
    "has members that are not alike",
    withSymmetry(1, {
      ...NOTHING,
      members: [
        { fields: ["disk"], processes: ["guest"] },
        { fields: ["cache"], processes: ["reader"] },
      ],
    }),
  ],
])("refused: %s", (message, program) => {
  expect(() => validateProgram(program)).toThrow(
    expect.objectContaining({
      code: "program-malformed",
      message: expect.stringContaining(message),
    }),
  );
});

test("the yardstick is well-formed", () => {
  expect(() => validateProgram(GOOD)).not.toThrow();
});
