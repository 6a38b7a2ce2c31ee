/** What walks find is made short, and stays what it is: a run with that fault. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileProgram } from "../../../src/check/compile/compile.ts";
import { instantiate } from "../../../src/check/compile/instantiate.ts";
import { findingOf } from "../../../src/check/finding.ts";
import { binary, block, field, goto, judge, set, when } from "../../../src/check/program/build.ts";
import type { Program, Statement } from "../../../src/check/program/program.ts";
import type { Step } from "../../../src/check/program/state.ts";
import type { Found } from "../../../src/check/search/search.ts";
import { dropSteps } from "../../../src/check/walk/drop.ts";
import { type FaultyRun, Rerun } from "../../../src/check/walk/rerun.ts";
import { shortcut } from "../../../src/check/walk/shortcut.ts";
import { Shrinker } from "../../../src/check/walk/shrinker.ts";
import { simplifySteps } from "../../../src/check/walk/simplify.ts";
import { fleece } from "../support/programs.ts";
import { anyProgram } from "../support/random-program.ts";
import { finish, lengthOf, rawFinding } from "./support.ts";

const MUTANT = fleece({ clusters: 5, guests: 3, readers: 2, values: 3, drains: false });

async function shrunk(program: Program, found: Found): Promise<Found> {
  const compiled = compileProgram(program, { symmetry: false, coverage: false });
  const shrinker = new Shrinker(program, compiled, found);
  let length = lengthOf(found);
  while (await shrinker.advance()) {
    expect(lengthOf(shrinker.best)).toBeLessThanOrEqual(length);
    length = lengthOf(shrinker.best);
  }
  return shrinker.best;
}

/** Whether the kernel says that the end of a path shows the fault. */
function endsWithFault(program: Program, { path, inState, kind, property, failure }: Found) {
  const { kernel } = compileProgram(program, { symmetry: false, coverage: false });
  const runnable = instantiate(kernel);
  const last = path.at(-1) ?? [];
  const { successors, violated, failures } = runnable.successors(last);
  if (kind === "deadlock") {
    return successors.length === 0 && failures.length === 0 && !runnable.isFinal(last);
  }
  if (kind === "bounds") return failures.includes(failure);
  return (inState ? runnable.inspect(last).violated : violated).includes(property);
}

describe("shrinking", () => {
  test("never lengthens a run, which goes from the beginning to the same fault", async () => {
    let found = 0;
    await fc.assert(
      fc.asyncProperty(anyProgram, fc.nat(1000), async (program, seed) => {
        const raw = rawFinding(program, seed, 60);
        if (raw === null) return;
        found++;
        const short = await shrunk(program, raw);
        expect(lengthOf(short)).toBeLessThanOrEqual(lengthOf(raw));
        expect(endsWithFault(program, short)).toBe(true);
        // Throws if the program has no such run.
        const compiled = compileProgram(program, { symmetry: false, coverage: false });
        const { trace } = findingOf(program, compiled, short);
        expect(trace.steps).toHaveLength(lengthOf(short));
      }),
      { numRuns: 100, seed: 1 },
    );
    expect(found).toBeGreaterThan(20);
  });

  test("makes the mutant's runs as short and plain as they can be, always the same", async () => {
    for (let seed = 0; seed < 5; seed++) {
      const raw = rawFinding(MUTANT, seed);
      if (raw === null) throw new Error("nothing was found");
      expect(lengthOf(raw)).toBeGreaterThan(7);
      const short = await shrunk(MUTANT, raw);
      expect(lengthOf(short)).toBe(7);
      expect(await shrunk(MUTANT, raw)).toEqual(short);
      const compiled = compileProgram(MUTANT, { symmetry: false, coverage: false });
      for (const { step } of findingOf(MUTANT, compiled, short).trace.steps) {
        expect(step.instance).toBe(0);
        expect(Object.values(step.choices).every((value) => value === 0)).toBe(true);
      }
    }
  });
});

/**
 * A counter that reaches 9 step by step, which the first step breaks another promise for, or by way
 * of 20 in two steps.
 */
function counter(): Program {
  const n = field("n", 0);
  const way = (name: string, body: readonly Statement[]) => ({
    ...{ name, text: name, choices: [], fair: true },
    body: [...body, goto("counting")],
  });
  const up = [
    when(binary(n, ">=", 9), [block]),
    judge("near", 1, binary(n, "==", 0)),
    judge("far", 1, binary(n, "==", 8)),
    set("n", 0, binary(n, "+", 1)),
  ];
  const leap = [when(binary(n, "!=", 0), [block]), set("n", 0, 20)];
  const back = [when(binary(n, "!=", 20), [block]), judge("far", 1, 1), set("n", 0, 9)];
  const alternatives = [way("up", up), way("leap", leap), way("back", back)];
  const nodes = [{ kind: "rest" as const, name: "counting", alternatives }];
  return {
    ...MUTANT,
    fields: [{ name: "n", size: 21, count: 1, initial: [], values: null }],
    processes: [{ name: "counter", instances: 1, nodes }],
    properties: [
      { name: "near", promise: "always" },
      { name: "far", promise: "always" },
    ],
    symmetries: [],
    final: { kind: "constant", value: 1 },
  };
}

test("a shorter run is found past other faults", async () => {
  const program = counter();
  const { layout } = compileProgram(program, { symmetry: false, coverage: false });
  const path = Array.from({ length: 9 }, (_, n) =>
    layout.pack({ fields: { n: [n] }, nodes: { counter: ["counting"] } }),
  );
  const found: Found = { kind: "property", property: 1, failure: -1, inState: false, path };
  const short = await shrunk(program, found);
  expect(short).toMatchObject({ kind: "property", property: 1 });
  expect(lengthOf(short)).toBe(2);
});

/** A run of the mutant as a walk found it, its steps known. */
function rawRun(seed: number) {
  const raw = rawFinding(MUTANT, seed);
  if (raw === null) throw new Error("nothing was found");
  const compiled = compileProgram(MUTANT, { symmetry: false, coverage: false });
  const { steps } = findingOf(MUTANT, compiled, raw).trace;
  const rerun = new Rerun(MUTANT, compiled.kernel, raw);
  const run = rerun.take(steps.map(({ step }) => step));
  if (run === null) throw new Error("the run does not show its fault again");
  return { raw, run, rerun, compiled };
}

function last(runs: Iterable<FaultyRun>, first: FaultyRun): FaultyRun {
  return [...runs].at(-1) ?? first;
}

describe("dropping", () => {
  test("leaves nothing that can be left out", () => {
    for (let seed = 0; seed < 5; seed++) {
      const { run, rerun } = rawRun(seed);
      const short = last(dropSteps(run, rerun), run);
      expect(short.steps.length).toBeLessThan(run.steps.length);
      for (const [dropped] of short.steps.entries()) {
        const others = short.steps.filter((_, index) => index !== dropped);
        expect(rerun.take(others)?.steps.length ?? Infinity).toBeGreaterThan(others.length);
      }
    }
  });

  test("leaves out what can no longer be taken, too", () => {
    const { run, rerun } = rawRun(1);
    const doubled = run.steps.flatMap((step): Step[] => [step, step]);
    const again = rerun.take(doubled);
    expect(again).not.toBeNull();
    expect(again?.steps.length).toBeLessThanOrEqual(doubled.length);
    expect(rerun.take([])).toBeNull();
    expect(rerun.take(run.steps.slice(0, -1))).toBeNull();
  });
});

test("simplifying keeps the length and makes no number larger in sum", () => {
  const sum = ({ steps }: FaultyRun) =>
    steps.reduce(
      (all, { instance, choices }) =>
        Object.values(choices).reduce((part, value) => part + value, all + instance),
      0,
    );
  for (let seed = 0; seed < 5; seed++) {
    const { run, rerun } = rawRun(seed);
    const short = last(dropSteps(run, rerun), run);
    const plain = last(simplifySteps(short, rerun), short);
    expect(plain.steps.length).toBeLessThanOrEqual(short.steps.length);
    expect(sum(plain)).toBeLessThanOrEqual(sum(short));
  }
});

test("a shortcut is a path to the same end, over states of the path", () => {
  for (let seed = 0; seed < 5; seed++) {
    const { raw, compiled } = rawRun(seed);
    const runnable = instantiate(compiled.kernel);
    const path = finish(shortcut(raw.path, runnable));
    expect(path.length).toBeLessThanOrEqual(raw.path.length);
    expect(path[0]).toEqual(raw.path[0]);
    expect(path.at(-1)).toEqual(raw.path.at(-1));
    for (const [index, state] of path.entries()) {
      expect(raw.path).toContainEqual(state);
      const next = path[index + 1];
      if (next !== undefined) expect(runnable.successors(state).successors).toContainEqual(next);
    }
    expect(finish(shortcut(path, runnable))).toEqual(path);
  }
});
