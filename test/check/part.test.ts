/**
 * Of the beginning of a program nothing is known to hold, and what was found is known to be broken.
 */
import { expect, test } from "vitest";
import { resultOfPart } from "../../src/check/part.ts";
import type { CheckResult, Finding, PropertyResult } from "../../src/check/result.ts";
import { checkVerdict } from "../../src/report/check/verdict.ts";

const property = (
  name: string,
  promise: PropertyResult["promise"],
  judged: number,
  outcome: PropertyResult["outcome"],
): PropertyResult => ({ name, promise, judged, outcome });

const initial = { fields: {}, nodes: {} };
const found: Finding = {
  ...{ kind: "property", property: "broken", message: "wrong" },
  trace: { initial, steps: [], loop: null },
};

/** What a search says that has seen all of a part. */
const seen: CheckResult = {
  ...{ complete: true, reduced: false, stopped: null, states: 9, transitions: 8, depth: 4 },
  ...{ everyRun: 4, levels: [1, 2, 2, 2, 2], peakBytes: 0, covered: [], findings: [] },
  properties: [
    property("silent", "always", 0, "never-applies"),
    property("sound", "always", 8, "holds"),
    property("reached", "sometimes", 1, "holds"),
    property("unreached", "sometimes", 0, "violated"),
  ],
};
const part = { stopped: "timeout", everyRun: 3 } as const;

test("nothing holds, and nothing is unreachable; what was reached was", () => {
  const result = resultOfPart(seen, part);
  expect(result).toMatchObject({ complete: false, stopped: "timeout", everyRun: 3, states: 9 });
  expect(result.properties.map(({ outcome }) => outcome)).toEqual([
    ...["undecided", "undecided", "holds", "undecided"],
  ]);
  expect(checkVerdict(result)).toEqual({
    verdict: "undecided",
    problem: expect.stringMatching(/^--timeout was reached; .*; every run of up to 3 steps was/),
  });
});

test("what was found is violated", () => {
  const properties = [property("broken", "always", 3, "violated"), ...seen.properties];
  const result = resultOfPart({ ...seen, complete: false, findings: [found], properties }, part);
  expect(result.stopped).toBeNull();
  expect(result.properties.map(({ outcome }) => outcome)).toEqual([
    ...["violated", "undecided", "undecided", "holds", "undecided"],
  ]);
  expect(checkVerdict(result).verdict).toBe("violated");
});
