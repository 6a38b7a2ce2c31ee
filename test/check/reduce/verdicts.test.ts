/**
 * What a check reports is a shortest path, also where a reduced search finds a longer one first.
 *
 * That a reduced search finds what the whole one does is held against every model that holds, in
 * model-counts.test.ts, and against every other one and every mutant, in model-mutants.test.ts.
 */
import { describe, expect, test } from "vitest";
import { MODELS } from "../../../models/index.ts";
import type { CheckOptions } from "../../../src/check/check.ts";
import { onlyProperties } from "../../../src/check/only-properties.ts";
import type { Program } from "../../../src/check/program/program.ts";
import { type Reduction, reductionOf } from "../../../src/check/reduce/reduction.ts";
import { findChecked } from "../../../src/cli/check/find-checked.ts";
import { isAdministered } from "../../support/administered.ts";
import { wholeCheck } from "../support/whole-check.ts";

const MEMORY = 2 ** 27;

function reductionFor(program: Program): Reduction {
  const reduction = reductionOf(program);
  if (typeof reduction === "string") throw new Error(reduction);
  return reduction;
}

test("a model whose graph changes while others act is not reduced", () => {
  for (const { name } of [...MODELS.values()].filter(isAdministered)) {
    const { program } = findChecked(name).lower(new Map(), null);
    expect(reductionOf(program)).toMatch("nothing is known of who works with whom");
  }
});

const checked = (program: Program, options: Partial<CheckOptions>) =>
  wholeCheck(program, { liveness: "off", memory: MEMORY, ...options });

describe("of a mutant whose reduced search takes longer paths", () => {
  const { program } = findChecked("fleecing").lower(new Map(), "guest-does-not-drain");

  test("a check reports the shortest path", async () => {
    const reduced = await checked(program, { reduction: reductionFor(program) });
    const whole = await checked(program, {});
    expect(reduced).toEqual(whole);
    expect(whole.findings[0]?.trace.steps).toHaveLength(9);
  });
});

test("what a reduced search found is reported if the whole one may not go far enough", async () => {
  const lowered = findChecked("fleecing").lower(new Map(), "save-error-is-ignored");
  const program = onlyProperties(lowered.program, new Set(["view-equals-point-in-time"]));
  const limit = { maxStates: 65_000 };
  expect((await checked(program, limit)).findings).toEqual([]);
  const reduced = await checked(program, { ...limit, reduction: reductionFor(program) });
  expect(reduced.findings.map(({ property }) => property)).toEqual(["view-equals-point-in-time"]);
  expect(reduced.reduced).toBe(true);
});

test("threads leave out the same states, however many there are", async () => {
  const { program } = findChecked("break-snapshot").lower(new Map(), null);
  const reduction = reductionFor(program);
  const alone = await checked(program, { reduction });
  const together = await checked(program, { reduction, threads: 2 });
  const { states, transitions, depth, findings } = alone;
  expect(states).toBe(59_453);
  expect(together).toMatchObject({ states, transitions, depth, findings });
});
