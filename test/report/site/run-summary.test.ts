/**
 * What has changed since the last site was made.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type RunSummary, runSummarySchema, trends } from "../../../src/report/site/run-summary.ts";

const model = fc.record({
  name: fc.constantFrom("a", "b", "c", "d"),
  verdict: fc.constantFrom("holds" as const, "violated" as const, "undecided" as const, null),
  bounds: fc.constantFrom("1 request", "2 requests", null),
  states: fc.option(fc.nat(10_000)),
  seconds: fc.option(fc.double({ min: 0, max: 100, noNaN: true })),
});
const summary = fc
  .uniqueArray(model, { selector: ({ name }) => name })
  .map((models): RunSummary => ({ kind: "site-summary", v: 1, models }));

test("nothing has changed where nothing has", () => {
  fc.assert(
    fc.property(summary, (run) => {
      expect(runSummarySchema.parse(JSON.parse(JSON.stringify(run)))).toEqual(run);
      expect(trends(run, run)).toEqual([]);
    }),
  );
});

test("another verdict is always told, and so are models that come and go", () => {
  fc.assert(
    fc.property(summary, summary, (before, now) => {
      const told = trends(before, now);
      const names = new Set([...before.models, ...now.models].map(({ name }) => name));
      for (const name of names) {
        const [old, is] = [before, now].map(({ models }) => models.find((m) => m.name === name));
        const own = told.filter(({ model }) => model === name);
        if (old === undefined) expect(own).toMatchObject([{ what: "model", now: "new" }]);
        else if (is === undefined) expect(own).toMatchObject([{ now: "gone", matters: true }]);
        else expect(own.some(({ what }) => what === "verdict")).toBe(old.verdict !== is.verdict);
      }
    }),
  );
});

test("a count of states matters within the same bounds, and seconds only if there are many", () => {
  const run = (states: number, seconds: number, bounds = "1 request"): RunSummary => {
    const models = [{ name: "a", verdict: "holds" as const, bounds, states, seconds }];
    return { kind: "site-summary", v: 1, models };
  };
  expect(trends(run(10, 0.1), run(11, 0.9))).toEqual([
    { model: "a", what: "states", before: "10", now: "11", matters: true },
  ]);
  const other = trends(run(10, 1), run(99, 9, "2 requests"));
  expect(other.map(({ what, matters }) => [what, matters])).toEqual([
    ["bounds", false],
    ["states", false],
    ["seconds", false],
  ]);
  expect(trends(run(10, 2), run(10, 9))).toMatchObject([{ what: "seconds", matters: true }]);
});
