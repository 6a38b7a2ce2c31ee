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
import { INVARIANTS } from "../../properties/index.ts";
import { type CheckOptions, startCheck } from "../../src/check/check.ts";
import { directionOf } from "../../src/check/lower/model/directions.ts";
import { lowerModel } from "../../src/check/lower/model/lower-model.ts";
import { boundsOf } from "../../src/check/lower/model/plan.ts";
import { onlyProperties } from "../../src/check/only-properties.ts";
import type { Program } from "../../src/check/program/program.ts";
import { type Reduction, reductionOf } from "../../src/check/reduce/reduction.ts";
import type { CheckResult } from "../../src/check/result.ts";
import { findChecked } from "../../src/cli/check/find-checked.ts";
import { propertiesOf } from "../../src/cli/find.ts";
import { MemoryLog } from "../../src/log/memory-log.ts";
import { DirectedSimulation } from "../../src/simulate/follow.ts";
import { isAdministered } from "../support/administered.ts";

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

async function checked(
  program: Program,
  symmetry: boolean,
  liveness: "auto" | "off" = "auto",
  reduction: Reduction | null = null,
): Promise<CheckResult> {
  const memory = liveness === "off" ? 2 ** 26 : OPTIONS.memory;
  const check = startCheck(program, { ...OPTIONS, symmetry, liveness, memory, reduction });
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

/** States, transitions and depth of models that hold, without symmetry. */
const HOLDING = {
  fleecing: [107_855, 471_442, 15],
  "image-fleecing": [882, 2_148, 69],
  overlap: [8_849, 21_412, 18],
  pieces: [91_311, 402_975, 14],
  "copied-view": [103, 162, 19],
  forwarding: [13_089, 40_902, 21],
  "break-snapshot": [79_493, 363_388, 16],
  "rfc-first-picture": [2, 1, 1],
  "first-picture-today": [982, 2_642, 15],
  "rfc-second-picture": [11, 10, 10],
  "rfc-insertion-damages-link": [2, 1, 1],
  "insertion-keeps-link": [982, 2_642, 15],
  "one-big-json": [258, 526, 15],
  "insert-by-reopen": [110, 199, 12],
  "remove-by-reopen": [61, 108, 9],
  "insert-by-qom-set": [130, 221, 15],
  "two-backups-keep-the-view": [32, 46, 16],
  "snapshot-keeps-the-view": [20, 25, 13],
  "explicit-insertion": [32, 46, 16],
  "backing-connected-first": [61, 108, 9],
  "backing-connected-later-repaired": [61, 108, 9],
  "inserted-meanwhile": [2_255, 5_925, 20],
  "shown-before-inserted": [53, 93, 7],
  "reopened-meanwhile": [611, 1_223, 19],
  "removed-meanwhile": [4_550, 12_338, 22],
  "removed-before-reader": [416, 1_098, 16],
  "inserted-by-job": [611, 1_223, 19],
  "inserted-by-transaction": [553, 1_109, 18],
  "fleecing-cache-ram": [1_761, 4_342, 14],
  "fleecing-cache-breaks": [208, 415, 13],
  "fleecing-cache-waits": [156, 268, 22],
  "fleecing-cache-tiers": [3_424, 9_570, 24],
  "fleecing-cache-zeroes": [4_308, 15_229, 15],
  "cor-into-cache": [24_085, 73_116, 19],
  "cor-zeroes": [5_612, 19_024, 18],
  "guest-read-benefit": [31_271, 99_086, 18],
  "guest-read-after-break": [3_000, 6_857, 18],
} as const;
/** States and transitions of those that have symmetries, up to these; the depth is the same. */
const REDUCED = {
  fleecing: [31_719, 138_775],
  overlap: [8_235, 20_231],
  forwarding: [8_247, 26_604],
  "break-snapshot": [64_777, 295_751],
  "first-picture-today": [629, 1_703],
  "insertion-keeps-link": [629, 1_703],
  "inserted-meanwhile": [1_308, 3_444],
  "removed-meanwhile": [3_026, 8_156],
  "fleecing-cache-ram": [595, 1_566],
  "fleecing-cache-breaks": [106, 213],
  "fleecing-cache-tiers": [1_719, 4_809],
  "cor-into-cache": [10_389, 31_748],
  "guest-read-benefit": [21_427, 70_513],
} as const;
/** Which they are. */
const SYMMETRIES = {
  fleecing: ["clusters", "readers"],
  "image-fleecing": [],
  overlap: ["requests of guest"],
  pieces: [],
  "copied-view": [],
  forwarding: ["requests of guest"],
  "break-snapshot": ["requests of guest"],
  "break-snapshot-race": ["requests of guest"],
  "rfc-first-picture": [],
  "first-picture-today": ["requests of guest"],
  "rfc-second-picture": [],
  "rfc-second-picture-race": [],
  "rfc-hook-race": ["requests of guest"],
  "rfc-insertion-damages-link": [],
  "insertion-keeps-link": ["requests of guest"],
  "one-big-json": [],
  "insert-by-reopen": [],
  "remove-by-reopen": [],
  "insert-by-qom-set": [],
  "two-backups-move-the-view": [],
  "two-backups-keep-the-view": [],
  "snapshot-moves-the-view": [],
  "snapshot-keeps-the-view": [],
  "explicit-insertion": [],
  "backing-connected-later": [],
  "backing-connected-first": [],
  "backing-connected-later-repaired": [],
  "unused-hook-guards-nothing": [],
  "inserted-meanwhile": ["requests of guest"],
  "shown-before-inserted": [],
  "reopened-meanwhile": [],
  "removed-meanwhile": ["requests of guest"],
  "removed-before-reader": [],
  "inserted-by-job": [],
  "inserted-by-transaction": [],
  "exported-before-inserted": [],
  "fleecing-cache-ram": ["clusters", "requests of reader"],
  "fleecing-cache-breaks": ["clusters"],
  "fleecing-cache-waits": [],
  "fleecing-cache-tiers": ["clusters"],
  "fleecing-cache-zeroes": [],
  "cor-into-cache": ["requests of guest", "requests of reader"],
  "cor-zeroes": [],
  "guest-read-benefit": ["requests of guest"],
  "guest-read-after-break": [],
} as const;
/** The same with partial-order reduction, for which nobody may send commands meanwhile. */
const ORDERED = {
  fleecing: [100_870, 288_120, 15],
  "image-fleecing": [417, 737, 69],
  overlap: [7_160, 14_473, 18],
  pieces: [87_663, 333_486, 14],
  "copied-view": [94, 117, 19],
  forwarding: [8_661, 19_572, 21],
  "break-snapshot": [59_453, 226_431, 16],
  "rfc-first-picture": [2, 1, 1],
  "first-picture-today": [898, 2_071, 15],
  "rfc-second-picture": [11, 10, 10],
  "rfc-insertion-damages-link": [2, 1, 1],
  "insertion-keeps-link": [898, 2_071, 15],
  "one-big-json": [218, 361, 15],
  "insert-by-reopen": [102, 137, 12],
  "remove-by-reopen": [54, 76, 9],
  "insert-by-qom-set": [122, 159, 15],
  "two-backups-keep-the-view": [29, 32, 16],
  "snapshot-keeps-the-view": [14, 13, 13],
  "explicit-insertion": [29, 32, 16],
  "backing-connected-first": [54, 76, 9],
  "backing-connected-later-repaired": [54, 76, 9],
  "fleecing-cache-ram": [1_572, 2_962, 14],
  "fleecing-cache-breaks": [180, 297, 13],
  "fleecing-cache-waits": [132, 180, 22],
  "fleecing-cache-tiers": [2_908, 6_268, 24],
  "fleecing-cache-zeroes": [4_046, 11_959, 15],
  "cor-into-cache": [22_571, 61_322, 19],
  "cor-zeroes": [5_220, 14_863, 18],
  "guest-read-benefit": [29_590, 83_075, 18],
  "guest-read-after-break": [2_908, 5_727, 18],
} as const;
/** What breaks the others, and after how many steps. */
const VIOLATED = {
  "break-snapshot-race": ["view-equals-point-in-time", 7],
  "rfc-second-picture-race": ["view-equals-point-in-time", 7],
  "rfc-hook-race": ["view-equals-point-in-time", 13],
  "two-backups-move-the-view": ["view-equals-point-in-time", 9],
  "snapshot-moves-the-view": ["view-is-served", 8],
  "backing-connected-later": ["view-equals-point-in-time", 7],
  "unused-hook-guards-nothing": ["view-equals-point-in-time", 5],
  "exported-before-inserted": ["view-equals-point-in-time", 6],
} as const;

test.each(Object.entries(HOLDING))("%s holds: %j", async (name, [states, transitions, depth]) => {
  const result = await checked(lowered(name), false);
  expect(result).toMatchObject({ states, transitions, depth, complete: true, findings: [] });
  const outcomes = result.properties.map((property) => `${property.name} ${property.outcome}`);
  expect(outcomes.filter((outcome) => !outcome.endsWith(" holds"))).toEqual([]);
});

test.each(Object.entries(ORDERED))(
  "%s holds with partial-order reduction: %j",
  async (name, [states, transitions, depth]) => {
    const program = lowered(name);
    const reduction = reductionOf(program);
    if (typeof reduction === "string") throw new Error(reduction);
    const result = await checked(program, false, "off", reduction);
    expect(result).toMatchObject({ states, transitions, depth, complete: true, reduced: true });
    const others = result.properties.filter(({ outcome }) => outcome !== "holds");
    expect(others.filter(({ promise }) => promise !== "eventually")).toEqual([]);
  },
);

test("there are reduced numbers for every model that holds, unless it has an administrator", () => {
  const administered = [...MODELS.values()]
    .filter((model) => isAdministered(model) && model.name in HOLDING)
    .map(({ name }) => name);
  const reduced = Object.keys(HOLDING).filter((name) => !administered.includes(name));
  expect(Object.keys(ORDERED)).toEqual(reduced);
  for (const name of administered) expect(reductionOf(lowered(name))).toMatch("nothing is known");
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

test.each(Object.entries(REDUCED))("%s up to symmetry: %j", async (name, [states, transitions]) => {
  const result = await checked(lowered(name), true, "off");
  const depth = HOLDING[name as keyof typeof HOLDING][2];
  expect(result).toMatchObject({ states, transitions, depth, complete: true, findings: [] });
});

test("a model has the symmetries that its counts are up to, and others have none", () => {
  const found = [...MODELS.keys()].map((name) => [
    name,
    lowered(name).symmetries.map((symmetry) => symmetry.name),
  ]);
  expect(Object.fromEntries(found)).toEqual(SYMMETRIES);
  const reduced = Object.entries(SYMMETRIES).filter(([, names]) => names.length > 0);
  const violated = Object.keys(VIOLATED).filter((name) => lowered(name).symmetries.length > 0);
  const counted = [...Object.keys(REDUCED), ...violated];
  expect(reduced.map(([name]) => name).sort()).toEqual(counted.sort());
});

describe("symmetry changes no verdict", () => {
  const found = ({ findings }: CheckResult) =>
    findings.map(({ property, kind, trace }) => [property, kind, trace.steps.length]);
  const sketched = [...SKETCHES.values()].flatMap(({ name, mutants }) =>
    mutants.map((mutant) => [name, mutant.name] as const),
  );

  test.each(sketched)("%s, mutant %s", async (name, mutant) => {
    const { program } = findChecked(name).lower(new Map(), mutant);
    const [plain, symmetric] = [await checked(program, false), await checked(program, true)];
    expect(found(symmetric)).toEqual(found(plain));
    expect(found(plain)).toHaveLength(1);
  });

  const drawn = [...MODELS.values()]
    .filter(({ name }) => lowered(name).symmetries.length > 0)
    .flatMap((model) => {
      const { mutants, expected } = model;
      const wrong = expected.verdict === "violated" ? [null, ...mutants] : mutants;
      return wrong.map((mutant) => [model.name, mutant?.name ?? "", model, mutant] as const);
    });

  test.each(drawn)("%s %s, and its trace in the simulator", async (_, __, model, mutant) => {
    const properties = propertiesOf(model);
    const whole = lowerModel(model, {
      properties,
      invariants: (model.invariants ?? []).flatMap((name) => INVARIANTS.get(name) ?? []),
      mutant,
      bounds: boundsOf(model),
    });
    // Of several properties that break after as many steps, either search may meet any one first.
    const caughtBy = mutant?.caughtBy ?? model.properties[0] ?? "";
    const program = onlyProperties(whole.program, new Set([caughtBy]));
    const plain = await checked(program, false, "off");
    const symmetric = await checked(program, true, "off");
    expect(found(symmetric)).toEqual(found(plain));
    expect(found(plain)).toHaveLength(1);
    for (const { trace, property } of symmetric.findings) {
      const directed = new DirectedSimulation(model, {
        properties,
        mutant,
        sink: new MemoryLog(),
      });
      let before = trace.initial;
      for (const { step, state } of trace.steps) {
        directed.take(directionOf(whole, step, before));
        before = state;
      }
      const { violations } = directed.simulation.session.monitor;
      const shown = violations.map((violation) => violation.property);
      if (properties.some(({ name }) => name === property)) expect(shown).toContain(property);
    }
  });
});
