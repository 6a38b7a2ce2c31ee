/**
 * Receipts and the lines that are made of them.
 */
import { describe, expect, test } from "vitest";
import { isAsExpected, type Receipt, receiptJsonSchema } from "../../src/report/receipt.ts";
import { closingLine, receiptLine } from "../../src/report/verify-summary.ts";

const receipt: Receipt = {
  kind: "receipt",
  v: 1,
  model: "fleecing",
  digest: "0123456789abcdef",
  profile: "proposed",
  verdict: "holds",
  expected: "holds",
  problem: null,
  simulated: { seeds: 200, others: 1, requests: 6000, steps: 8000 },
  ran: { memory: 20, files: 10 },
  replayed: 30,
  repeated: 1,
  properties: [{ name: "view-equals-point-in-time", judged: 100, violations: 0 }],
  mutants: [{ name: "m", caughtBy: "view-equals-point-in-time", seed: 3, seeds: 4 }],
  leftToCheck: [],
  violation: null,
  seconds: 1.94,
  node: "v20.20.2",
};

describe("a line", () => {
  test("says what was done", () => {
    expect(receiptLine(receipt, 14)).toBe(
      "fleecing         holds       simulated 200 seeds, ran 20x on memory and 10x on files, " +
        "replayed 30 logs, 1 of 1 mutants caught   1.9 s",
    );
  });

  test("does not hide the mutants that a simulation cannot notice", () => {
    expect(receiptLine({ ...receipt, leftToCheck: ["n", "o"] }, 8)).toContain(
      "1 of 1 mutants caught, 2 left to blockgraph mutants   1.9 s",
    );
  });

  test("says what is wrong instead, and that a violation was expected", () => {
    const wrong: Receipt = { ...receipt, verdict: "undecided", problem: "mutants survived: m" };
    expect(receiptLine(wrong, 8)).toBe("fleecing   undecided   mutants survived: m   1.9 s");
    const meant: Receipt = { ...receipt, verdict: "violated", expected: "violated" };
    expect(receiptLine(meant, 8)).toContain("violated, as expected");
  });

  test("closes with those that are not as expected", () => {
    const wrong: Receipt = { ...receipt, model: "b", verdict: "violated" };
    expect(closingLine([receipt, wrong], "reports", 3)).toMatch(
      /^1 of 2 models not as expected: b/,
    );
    expect(closingLine([receipt], "reports", 3)).toMatch(/^1 model is as expected; .* 3\.0 s$/);
  });
});

test("a doubt is never as expected", () => {
  expect(isAsExpected(receipt)).toBe(true);
  expect(isAsExpected({ ...receipt, verdict: "violated" })).toBe(false);
  expect(isAsExpected({ ...receipt, problem: "something" })).toBe(false);
});

test("the JSON Schema is closed and names every field", () => {
  const schema = receiptJsonSchema();
  expect(schema).toMatchObject({ $id: "urn:blockgraph:receipt:1", additionalProperties: false });
  expect(schema.required).toEqual(Object.keys(receipt));
});
