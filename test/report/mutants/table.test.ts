/**
 * The table of mutants: one line each, and nothing that survives without being said.
 */
import { describe, expect, test } from "vitest";
import {
  isAccounted,
  type MutantResult,
  mutantsClosingLine,
  mutantTable,
} from "../../../src/report/mutants/table.ts";

const caught: MutantResult = {
  model: "fleecing",
  mutant: "guest-does-not-drain",
  statement: "the guest does not wait",
  expected: "view-equals-point-in-time",
  caughtBy: "view-equals-point-in-time",
  steps: 9,
  states: 47_133,
  seconds: 0.374,
  complete: false,
  reason: null,
};
const survivor: MutantResult = {
  ...caught,
  ...{ mutant: "m", expected: null, caughtBy: null, steps: null, complete: true },
};
const explained: MutantResult = { ...survivor, reason: "slower, and just as right" };
const undecided: MutantResult = { ...survivor, complete: false };

describe("a mutant is accounted for", () => {
  test.each<[string, MutantResult, boolean]>([
    ["if the property that must notice did", caught, true],
    ["if any property noticed, where any may", { ...caught, expected: null }, true],
    ["but not if another one did", { ...caught, caughtBy: "bounds" }, false],
    ["not if it survives", survivor, false],
    ["unless it is known why", explained, true],
    ["and never if the search was given up", { ...explained, complete: false }, false],
  ])("%s", (_, result, accounted) => {
    expect(isAccounted(result)).toBe(accounted);
  });
});

test("one line each under a head, in columns", () => {
  expect(mutantTable([caught, survivor, explained, undecided])).toEqual([
    "model      mutant                 caught by                   steps   states     time",
    "fleecing   guest-does-not-drain   view-equals-point-in-time       9   47,133   0.37 s",
    "fleecing   m                      SURVIVES                            47,133   0.37 s",
    "fleecing   m                      survives, explained                 47,133   0.37 s",
    "fleecing   m                      undecided                           47,133   0.37 s",
  ]);
});

test("the last line counts the caught, the explained and the others", () => {
  expect(mutantsClosingLine([caught], 1)).toBe("1 of 1 mutants caught   1.0 s");
  expect(mutantsClosingLine([caught, survivor, explained, undecided], 2)).toBe(
    "1 of 4 mutants caught, 1 that may survive, for a reason, 2 not accounted for   2.0 s",
  );
});
