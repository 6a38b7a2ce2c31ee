/**
 * Image formats: exact counts, and every naive order of metadata is noticed by the property that
 * the model names, after as many steps as it says, with and without symmetry.
 */
import { describe, expect, test } from "vitest";
import { FORMATS } from "../../models/formats.ts";
import { onlyProperties } from "../../src/check/only-properties.ts";
import { findChecked } from "../../src/cli/check/find-checked.ts";
import { FORMAT_COUNTS } from "./exact-counts.ts";
import { wholeCheck } from "./support/whole-check.ts";

test("there are numbers for every image format", () => {
  expect(Object.keys(FORMAT_COUNTS)).toEqual([...FORMATS.keys()]);
});

test("data that is overwritten in place survives a flush as well", async () => {
  const bounds = { guests: 1, writers: 1, values: 2 };
  const { program } = findChecked("qcow2-crash").lower(new Map(Object.entries(bounds)), null);
  const [states, transitions, depth] = [406_434, 1_913_018, 42];
  const result = await wholeCheck(program);
  expect(result).toMatchObject({ states, transitions, depth, complete: true, findings: [] });
});

describe.each([...FORMATS.values()])("$name", ({ name, mutants, properties, build }) => {
  for (const [kind, symmetry] of [
    ["plain", false],
    ["symmetric", true],
  ] as const) {
    const [states, transitions, depth] = FORMAT_COUNTS[name]?.[kind] ?? [];
    test(`holds, ${kind}: ${states} states, ${transitions} transitions`, async () => {
      const { program } = findChecked(name).lower(new Map(), null);
      const result = await wholeCheck(program, { symmetry });
      expect(result).toMatchObject({ states, transitions, depth, complete: true, findings: [] });
      const vacuous = result.properties.filter(({ judged }) => judged === 0);
      expect(vacuous.map((each) => each.name)).toEqual([]);
    });
  }

  test.each(mutants)("$name: $statement", async ({ name: mutant, caughtBy, steps }) => {
    const { program } = findChecked(name).lower(new Map(), mutant);
    for (const symmetry of [false, true]) {
      const asked = onlyProperties(program, new Set([caughtBy]));
      const { findings } = await wholeCheck(asked, { symmetry });
      expect(findings.map(({ property, trace }) => [property, trace.steps.length])).toEqual([
        [caughtBy, steps],
      ]);
    }
  });

  test("names of mutants and what they are caught by are its own", () => {
    expect(new Set(mutants.map((mutant) => mutant.name)).size).toBe(mutants.length);
    const known = [...properties, ...build({}).promises.map((promise) => promise.name), "bounds"];
    expect(mutants.filter(({ caughtBy }) => !known.includes(caughtBy))).toEqual([]);
  });
});
