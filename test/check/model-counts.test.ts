/**
 * Exact counts of every model, and the verdict that each says of itself.
 *
 * A count changes only if a model, a driver's chart or the way they are lowered changes what can
 * happen, or in how many steps. Whoever changes one here says in the commit what it was. Those of
 * the yardstick are known from other checkers too.
 */
import { describe, expect, test } from "vitest";
import { MODELS } from "../../models/index.ts";
import { SKETCHES } from "../../models/sketches.ts";
import type { Program } from "../../src/check/program/program.ts";
import { reductionOf } from "../../src/check/reduce/reduction.ts";
import type { CheckResult } from "../../src/check/result.ts";
import { findChecked } from "../../src/cli/check/find-checked.ts";
import { isUnreducible } from "../support/administered.ts";
import { EXACT_COUNTS, type ExactCounts } from "./exact-counts.ts";
import { wholeCheck } from "./support/whole-check.ts";

/** A reduced search, or one up to symmetry, has less to remember. */
const SMALL = { liveness: "off", memory: 2 ** 26 } as const;

const programs = new Map<string, Program>();

/** What is to be checked, worked out once for all tests of it. */
function lowered(name: string, given: Readonly<Record<string, number>> = {}): Program {
  const key = `${name} ${JSON.stringify(given)}`;
  const known = programs.get(key);
  if (known !== undefined) return known;
  const { program } = findChecked(name).lower(new Map(Object.entries(given)), null);
  programs.set(key, program);
  return program;
}

/** clusters, guests, readers, values; then states, transitions and depth */
const SKETCH_SIZES = [
  [2, 1, 1, 2],
  [2, 2, 2, 2],
  [3, 2, 2, 2],
  [3, 3, 2, 2],
] as const;
const PLAIN = [
  [100, 240, 14],
  [2_482, 11_640, 18],
  [18_140, 93_264, 23],
  [196_766, 1_230_336, 26],
] as const;
const SYMMETRIC = [
  [51, 124, 14],
  [461, 2_178, 18],
  [1_131, 5_950, 23],
  [4_580, 29_091, 26],
] as const;

describe.each([
  { symmetry: false, counts: PLAIN },
  { symmetry: true, counts: SYMMETRIC },
])("fleece, symmetry $symmetry", ({ symmetry, counts }) => {
  test.each(SKETCH_SIZES.map((size, index) => [size, counts[index] ?? []] as const))(
    "%j: %j",
    async ([clusters, guests, readers, values], [states, transitions, depth]) => {
      const program = lowered("fleece", { clusters, guests, readers, values });
      const result = await wholeCheck(program, { symmetry });
      expect(result).toMatchObject({ states, transitions, depth, complete: true, findings: [] });
    },
  );
});

test("the sketch's own bounds are those of the second size", () => {
  expect(SKETCHES.get("fleece")?.parameters).toMatchObject({
    clusters: { default: 2 },
    guests: { default: 2 },
    readers: { default: 2 },
    values: { default: 2 },
  });
});

/** The models of which a count is known, with it. */
function counted<Key extends keyof ExactCounts>(
  key: Key,
): (readonly [name: string, count: NonNullable<ExactCounts[Key]>])[] {
  return Object.entries(EXACT_COUNTS).flatMap(([name, { [key]: count }]) =>
    count === undefined ? [] : [[name, count] as const],
  );
}

test.each(counted("plain"))("%s holds: %j", async (name, [states, transitions, depth]) => {
  const result = await wholeCheck(lowered(name));
  expect(result).toMatchObject({ states, transitions, depth, complete: true, findings: [] });
  const outcomes = result.properties.map((property) => `${property.name} ${property.outcome}`);
  expect(outcomes.filter((outcome) => !outcome.endsWith(" holds"))).toEqual([]);
});

test.each(counted("ordered"))(
  "%s holds with partial-order reduction: %j",
  async (name, [states, transitions, depth]) => {
    const program = lowered(name);
    const reduction = reductionOf(program);
    if (typeof reduction === "string") throw new Error(reduction);
    const result = await wholeCheck(program, { ...SMALL, reduction });
    expect(result).toMatchObject({ states, transitions, depth, complete: true, reduced: true });
    const others = result.properties.filter(({ outcome }) => outcome !== "holds");
    expect(others.filter(({ promise }) => promise !== "eventually")).toEqual([]);
  },
);

test("there are reduced numbers for every model that holds, if it can be reduced", () => {
  for (const [name] of counted("plain")) {
    const model = MODELS.get(name);
    const unreducible = model !== undefined && isUnreducible(model);
    expect([name, EXACT_COUNTS[name]?.ordered === undefined]).toEqual([name, unreducible]);
    if (unreducible) {
      expect(reductionOf(lowered(name))).toMatch(/nothing is known|more than one thing at a time/);
    }
  }
});

test.each(counted("violated"))("%s is violated: %j", async (name, [property, steps]) => {
  const { findings } = await wholeCheck(lowered(name));
  expect(findings.map((found) => [found.property, found.trace.steps.length])).toEqual([
    [property, steps],
  ]);
});

test("there are numbers for every model, and each is what its model says", () => {
  const verdicts = [...MODELS].map(([name, { expected }]) => [name, expected.verdict]);
  const holding = counted("plain").map(([name]) => [name, "holds"]);
  const violated = counted("violated").map(([name]) => [name, "violated"]);
  expect([...holding, ...violated].sort()).toEqual(verdicts.sort());
});

test.each(counted("symmetric"))(
  "%s up to symmetry: %j",
  async (name, [states, transitions, depth]) => {
    const result = await wholeCheck(lowered(name), { ...SMALL, symmetry: true });
    expect(result).toMatchObject({ states, transitions, depth, complete: true, findings: [] });
  },
);

test("a model has the symmetries that its counts are up to, and others have none", () => {
  for (const [name, { symmetries = [], symmetric, violated }] of Object.entries(EXACT_COUNTS)) {
    expect([name, lowered(name).symmetries.map((each) => each.name)]).toEqual([name, symmetries]);
    expect(symmetric !== undefined).toBe(symmetries.length > 0 && violated === undefined);
  }
});

describe("symmetry changes no verdict of a sketch", () => {
  const found = ({ findings }: CheckResult) =>
    findings.map(({ property, kind, trace }) => [property, kind, trace.steps.length]);
  const sketched = [...SKETCHES.values()].flatMap(({ name, mutants }) =>
    mutants.map((mutant) => [name, mutant.name] as const),
  );

  test.each(sketched)("%s, mutant %s", async (name, mutant) => {
    const { program } = findChecked(name).lower(new Map(), mutant);
    const [plain, symmetric] = [
      await wholeCheck(program),
      await wholeCheck(program, { symmetry: true }),
    ];
    expect(found(symmetric)).toEqual(found(plain));
    expect(found(plain)).toHaveLength(1);
  });
});
