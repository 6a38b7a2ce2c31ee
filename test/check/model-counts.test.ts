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
import { type CheckOptions, startCheck } from "../../src/check/check.ts";
import type { Program } from "../../src/check/program/program.ts";
import type { CheckResult } from "../../src/check/result.ts";
import { findChecked } from "../../src/cli/check/find-checked.ts";

const OPTIONS: CheckOptions = {
  symmetry: false,
  liveness: "auto",
  coverage: false,
  threads: 1,
  maxStates: null,
  maxDepth: null,
  memory: 2 ** 30,
  walk: null,
  checkpoint: null,
  resume: null,
};

async function checked(program: Program, symmetry: boolean): Promise<CheckResult> {
  const check = startCheck(program, { ...OPTIONS, symmetry });
  try {
    while (await check.advance());
    return check.result();
  } finally {
    await check.close();
  }
}

function lowered(name: string, given: Readonly<Record<string, number>> = {}): Program {
  return findChecked(name).lower(new Map(Object.entries(given)), null).program;
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
      const result = await checked(program, symmetry);
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

/** States, transitions and depth of models that hold. */
const HOLDING = {
  fleecing: [106_739, 467_644, 15],
  "image-fleecing": [882, 2_148, 69],
  overlap: [8_849, 21_412, 18],
  pieces: [91_311, 402_975, 14],
  "copied-view": [103, 162, 19],
  "break-snapshot": [79_493, 363_388, 16],
} as const;
/** What breaks the others, and after how many steps. */
const VIOLATED = {
  "break-snapshot-race": ["view-equals-point-in-time", 7],
} as const;

test.each(Object.entries(HOLDING))("%s holds: %j", async (name, [states, transitions, depth]) => {
  const result = await checked(lowered(name), false);
  expect(result).toMatchObject({ states, transitions, depth, complete: true, findings: [] });
  const outcomes = result.properties.map((property) => `${property.name} ${property.outcome}`);
  expect(outcomes.filter((outcome) => !outcome.endsWith(" holds"))).toEqual([]);
});

test.each(Object.entries(VIOLATED))("%s is violated: %j", async (name, [property, steps]) => {
  const { findings } = await checked(lowered(name), false);
  expect(findings.map((found) => [found.property, found.trace.steps.length])).toEqual([
    [property, steps],
  ]);
});

test("there are numbers for every model, and each is what its model says", () => {
  const verdicts = [...MODELS].map(([name, { expected }]) => [name, expected.verdict]);
  const holding = Object.keys(HOLDING).map((name) => [name, "holds"]);
  const violated = Object.keys(VIOLATED).map((name) => [name, "violated"]);
  expect([...holding, ...violated].sort()).toEqual(verdicts.sort());
});

test("no model but the sketch has symmetries that counts would have to be compared with", () => {
  for (const name of MODELS.keys()) expect(lowered(name).symmetries).toEqual([]);
});

describe("symmetry changes no verdict", () => {
  const mutants = [...SKETCHES.values()].flatMap(({ name, mutants: own }) =>
    own.map((mutant) => [name, mutant.name] as const),
  );
  test.each(mutants)("%s, mutant %s", async (name, mutant) => {
    const { program } = findChecked(name).lower(new Map(), mutant);
    const [plain, symmetric] = [await checked(program, false), await checked(program, true)];
    const found = ({ findings }: CheckResult) =>
      findings.map(({ property, kind, trace }) => [property, kind, trace.steps.length]);
    expect(found(symmetric)).toEqual(found(plain));
    expect(found(plain)).toHaveLength(1);
  });
});
