/**
 * What repaired designs make of the counterexamples of those that they repair.
 */
import { expect, test } from "vitest";
import { MODELS } from "../../../models/index.ts";
import { logTrace } from "../../../src/report/player/log-trace.ts";
import { repairedRecords } from "../../../src/report/player/repaired.ts";
import { repairOf, sendTheSame } from "../../../src/report/site/model/pairs.ts";
import { foldTrace, violated } from "./simulated.ts";

const pairs = [...MODELS.values()].flatMap((model) => {
  const repaired = MODELS.get(repairOf(model.name) ?? "");
  if (repaired === undefined || !sendTheSame(model, repaired)) return [];
  return [{ model, repaired }];
});

test("of some designs the rules are repaired, and not the commands", () => {
  expect(pairs.map(({ model }) => model.name)).toContain("break-snapshot-race");
  expect(pairs.map(({ model }) => model.name)).not.toContain("bitmap-cleared-late");
});

test.each(pairs)("$repaired.name takes what breaks $model.name, and holds", (pair) => {
  const records = repairedRecords(violated(pair.model), pair.repaired);
  if (records === null) throw new Error("it does not");
  const trace = logTrace({ id: "t", title: "t" }, { records, lines: [], notices: [] });
  expect(trace.notices).toEqual([]);
  expect(foldTrace(trace, trace.steps.length).judged).not.toContain("violated");
  const requests = trace.steps.filter(({ line }) => line.startsWith('{"kind":"io"'));
  expect(requests.length).toBeGreaterThan(0);
});
