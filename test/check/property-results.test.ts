/**
 * What a search's counts mean for each property.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NO_DEADLOCK } from "../../src/check/only-properties.ts";
import { term } from "../../src/check/program/build.ts";
import type { Program } from "../../src/check/program/program.ts";
import { propertyResults } from "../../src/check/property-results.ts";

const PROGRAM: Program = {
  name: "p",
  fields: [],
  tables: {},
  processes: [],
  properties: [
    { name: "safe", promise: "always" },
    { name: "seen", promise: "sometimes" },
  ],
  everyState: [],
  liveness: [],
  symmetries: [],
  coverage: [],
  final: term(0),
};

/** Outcomes by name. */
function outcomes(judged: readonly number[], complete: boolean, violated: readonly string[] = []) {
  const findings = violated.map((property) => ({ property }));
  const results = propertyResults(PROGRAM, { complete, judged, states: 10, findings });
  return Object.fromEntries(results.map(({ name, outcome }) => [name, outcome]));
}

describe("a property", () => {
  test("that always holds needs to apply, and a search that saw everything", () => {
    expect(outcomes([5, 1], true)).toMatchObject({ safe: "holds", "no-deadlock": "holds" });
    expect(outcomes([0, 1], true)).toMatchObject({ safe: "never-applies" });
    expect(outcomes([5, 1], false)).toMatchObject({
      safe: "undecided",
      "no-deadlock": "undecided",
    });
  });

  test("that is to be reachable holds as soon as it was reached", () => {
    expect(outcomes([5, 1], false)).toMatchObject({ seen: "holds" });
    expect(outcomes([5, 0], false)).toMatchObject({ seen: "undecided" });
    expect(outcomes([5, 0], true)).toMatchObject({ seen: "violated" });
  });

  test("that was found to be broken is violated, whatever else is known", () => {
    const count = fc.nat({ max: 3 });
    fc.assert(
      fc.property(count, count, fc.boolean(), (safe, seen, complete) => {
        const found = outcomes([safe, seen], complete, ["safe", NO_DEADLOCK]);
        expect(found).toMatchObject({ safe: "violated", "no-deadlock": "violated" });
      }),
    );
  });
});

test("where every state may be the last one nothing is said about deadlocks", () => {
  const program = { ...PROGRAM, final: term(1) };
  const evidence = { complete: true, judged: [1, 1], states: 1, findings: [] };
  expect(propertyResults(program, evidence).map(({ name }) => name)).toEqual(["safe", "seen"]);
});
