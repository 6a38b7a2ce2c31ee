/**
 * Traces of sketches for the player: those of every mutant of every sketch, found by a check.
 */
import { expect, test } from "vitest";
import { SKETCHES } from "../../../models/sketches.ts";
import { findChecked } from "../../../src/cli/check/find-checked.ts";
import { traceDocument } from "../../../src/report/check/trace-document.ts";
import { checkTrace } from "../../../src/report/player/check-trace.ts";
import { wholeCheck } from "../../check/support/whole-check.ts";
import { foldTrace } from "./simulated.ts";

async function found(model: string, mutant: string) {
  const { program, parameters, bounds } = findChecked(model).lower(new Map(), mutant);
  const [finding] = (await wholeCheck(program, { symmetry: true, memory: 2 ** 26 })).findings;
  if (finding === undefined) throw new Error(`${mutant} is not caught`);
  const subject = { model, mutant, digest: "0".repeat(16), parameters, bounds, source: "" };
  return traceDocument({ ...subject, program }, finding);
}

const mutants = [...SKETCHES.values()].flatMap(({ name, mutants }) =>
  mutants.map((mutant) => [name, mutant.name] as const),
);

test.each(mutants)("of %s with %s folds to what the checker saw", async (model, mutant) => {
  const document = await found(model, mutant);
  const trace = checkTrace({ id: "trace", title: mutant }, document);
  expect(trace.steps).toHaveLength(document.steps.length);
  const { facts, squares, judged } = foldTrace(trace, trace.steps.length);
  const { fields, nodes } = document.steps.at(-1)?.state ?? document.initial;
  for (const [process, instances] of Object.entries(nodes)) {
    for (const [instance, node] of instances.entries()) {
      expect(facts.get(instances.length === 1 ? process : `${process} ${instance}`)).toBe(node);
    }
  }
  for (const { name, values } of document.fields) {
    const said = fields[name]?.map((value) => values?.[value] ?? `value ${value}`);
    const map = squares.get(`field ${name}`);
    if (map !== undefined) expect(map).toEqual(said);
  }
  expect(judged).toEqual(["violated"]);
  expect(trace.loop).toBe(document.loop);
});

test("of a guest that does not wait shows where the reader read what the guest wrote", async () => {
  const document = await found("fleece", "guest-does-not-drain");
  const { steps } = checkTrace({ id: "trace", title: "fleece" }, document);
  expect(steps.at(-1)?.wrong).toMatchObject({ map: "field disk", clusters: [0], found: "value 1" });
});
