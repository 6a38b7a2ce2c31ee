/**
 * Verdicts and receipts of checks: `holds` needs everything, and a receipt says what it is worth.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CheckResult, PropertyResult } from "../../../src/check/result.ts";
import { checkReceiptJsonSchema, checkReceiptSchema } from "../../../src/report/check/receipt.ts";
import { checkVerdict } from "../../../src/report/check/verdict.ts";
import { FINDING, HOLDS, receiptOf, UNDECIDED, VIOLATED } from "./sample.ts";

const outcome = fc.constantFrom("holds", "violated", "undecided", "never-applies");
const stop = fc.constantFrom(
  ...(["max-states", "max-depth", "memory", "timeout", "interrupted", "walks"] as const),
);

/** Results of any kind, impossible ones included. */
const results: fc.Arbitrary<CheckResult> = fc
  .record({
    complete: fc.boolean(),
    stopped: fc.option(stop),
    outcomes: fc.array(outcome, { maxLength: 3 }),
    kinds: fc.array(fc.constantFrom("property", "deadlock", "liveness", "bounds"), {
      maxLength: 2,
    }),
  })
  .map(({ complete, stopped, outcomes, kinds }) => ({
    ...HOLDS,
    complete,
    stopped,
    properties: outcomes.map(
      (found, index): PropertyResult => ({
        name: `p${index}`,
        promise: "always",
        judged: 1,
        outcome: found,
      }),
    ),
    findings: kinds.map((kind) => ({ ...FINDING, kind })),
  }));

describe("a verdict", () => {
  test("is holds only if everything was seen, judged and found to hold", () => {
    fc.assert(
      fc.property(results, (result) => {
        const { complete, stopped, findings, properties } = result;
        const all = complete && stopped === null && findings.length === 0;
        const fine = properties.length > 0 && properties.every((p) => p.outcome === "holds");
        expect(checkVerdict(result).verdict === "holds").toBe(all && fine);
      }),
    );
  });

  test("gives a reason in one line unless it holds", () => {
    fc.assert(
      fc.property(results, (result) => {
        const { verdict, problem } = checkVerdict(result);
        if (verdict === "holds") expect(problem).toBeNull();
        else expect(problem).toMatch(/^[^\n]+$/);
      }),
    );
  });

  test("names the limit to raise, and what was covered up to there", () => {
    const problem = (change: Partial<CheckResult>) =>
      checkVerdict({ ...UNDECIDED, ...change }).problem;
    expect(problem({})).toBe(
      "--max-states was reached; raise it, or check smaller bounds; " +
        "every run of up to 2 steps was taken",
    );
    expect(problem({ stopped: "max-depth", everyRun: 3 })).toContain("every run of up to 3 steps");
    for (const stopped of ["walks", "timeout", "interrupted"] as const) {
      expect(problem({ stopped, everyRun: 0 })).not.toContain("every run");
    }
    expect(problem({ stopped: "memory" })).toContain("raise --memory");
  });

  test("is undecided where a property never applies, or the model leaves its bounds", () => {
    const [first, ...rest] = HOLDS.properties;
    if (first === undefined) throw new Error("the sample has properties");
    const silent: PropertyResult = { ...first, judged: 0, outcome: "never-applies" };
    expect(checkVerdict({ ...HOLDS, properties: [silent, ...rest] })).toEqual({
      verdict: "undecided",
      problem: "nothing that happens in these bounds is about view-is-old; raise the bounds",
    });
    const outside = { ...FINDING, kind: "bounds" as const, message: "frozen is above 3" };
    expect(checkVerdict({ ...VIOLATED, findings: [outside] })).toEqual({
      verdict: "undecided",
      problem: "the model leaves its bounds: frozen is above 3",
    });
  });

  test("is undecided where the graph of all states is too large for one of its properties", () => {
    const [first, ...rest] = HOLDS.properties;
    if (first === undefined) throw new Error("the sample has properties");
    const open: PropertyResult = { ...first, judged: 0, outcome: "undecided" };
    expect(checkVerdict({ ...HOLDS, properties: [open, ...rest] })).toEqual({
      verdict: "undecided",
      problem:
        "all states were seen, but their graph is too large for view-is-old; " +
        "raise --memory, or check smaller bounds",
    });
  });

  test("is violated where something is to be reachable and is not", () => {
    const [first, second] = HOLDS.properties;
    if (first === undefined || second === undefined) throw new Error("the sample has two");
    const missing: PropertyResult = { ...second, judged: 0, outcome: "violated" };
    expect(checkVerdict({ ...HOLDS, properties: [first, missing] })).toEqual({
      verdict: "violated",
      problem: "somebody-writes is true in no reachable state",
    });
  });
});

describe("a receipt", () => {
  test("survives being written and read", () => {
    for (const result of [HOLDS, VIOLATED, UNDECIDED]) {
      const receipt = receiptOf(result);
      expect(checkReceiptSchema.parse(JSON.parse(JSON.stringify(receipt)))).toEqual(receipt);
    }
  });

  test("has counts, rates and sizes at its top", () => {
    expect(receiptOf(HOLDS)).toMatchObject({
      verdict: "holds",
      states: 1377392,
      transitions: 9029536,
      depth: 31,
      statesPerSecond: 2754784,
      transitionsPerSecond: 18059072,
      bytesPerState: 33_057_408 / 1_377_392,
      coverage: { total: 3, taken: 3, never: [] },
      findings: [],
    });
    // What was done before the checkpoint it went on from took other seconds than these.
    const before = { states: HOLDS.states - 50, transitions: HOLDS.transitions - 300 };
    expect(receiptOf({ ...HOLDS, before })).toMatchObject({
      states: HOLDS.states,
      statesPerSecond: 100,
      transitionsPerSecond: 600,
    });
    expect(receiptOf({ ...HOLDS, states: 0 }, { seconds: 0 })).toMatchObject({
      statesPerSecond: 0,
      bytesPerState: 0,
    });
  });

  test("names the files of each finding, and the chart transitions that nothing took", () => {
    const { findings, coverage } = receiptOf(VIOLATED);
    expect(findings).toEqual([
      {
        kind: "property",
        property: "view-is-old",
        message: FINDING.message,
        steps: 3,
        loop: null,
        files: ["reports/sample/trace.json"],
      },
    ]);
    expect(coverage?.never).toEqual([
      { chart: "hook/write", state: "saving", event: "FAILED" },
      { chart: "hook/cluster", state: "copied", event: "READ" },
    ]);
    expect(receiptOf(VIOLATED, { coverage: false }).coverage).toBeNull();
  });
});

test("the JSON Schema is closed and names every field", () => {
  const schema = checkReceiptJsonSchema();
  expect(schema).toMatchObject({ $id: "urn:blockgraph:check-receipt:1" });
  expect(schema.additionalProperties).toBe(false);
  expect(schema.required).toEqual(Object.keys(receiptOf(HOLDS)));
});
