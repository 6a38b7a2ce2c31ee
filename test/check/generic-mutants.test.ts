/**
 * Every slip that an operator makes of the filter's charts is noticed by some model, or right all
 * the same for a reason that is written down. Which model notices is recorded (generic-catches.ts),
 * so that each mutant costs one short search here; `blockgraph mutants --generic` tries them all.
 */
import { expect, test } from "vitest";
import { EQUIVALENT_MUTANTS } from "../../models/equivalent-mutants.ts";
import { MODELS } from "../../models/index.ts";
import { checkedModel } from "../../src/cli/check/checked-model.ts";
import { genericMutants } from "../../src/cli/mutants/generic-mutants.ts";
import { tryMutant } from "../../src/cli/mutants/try-mutant.ts";
import type { Model } from "../../src/system/model.ts";
import { CATCHES } from "./generic-catches.ts";

const DRIVER = "copy-before-write";
/** ms for all mutants of a model: some 15 s where nobody else is at work */
const TIMEOUT = 180_000;

/**
 * Mutants of a model, each with the property that notices it; null: none does.
 * @param asked by mutant, the one property that is asked; null: all of them
 */
async function noticed(model: Model, asked: ReadonlyMap<string, string | null>) {
  const mutants = genericMutants(model, DRIVER).filter(({ name }) => asked.has(name));
  const checked = checkedModel({ ...model, mutants });
  const results: [string, string | null][] = [];
  for (const { name } of mutants) {
    const { program } = checked.lower(new Map(), name);
    const tried = await tryMutant(name, program, asked.get(name) ?? null, null);
    results.push([name, tried.caughtBy]);
  }
  return results;
}

function modelOf(name: string): Model {
  const model = MODELS.get(name);
  if (model === undefined) throw new Error(`there is no model ${name}`);
  return model;
}

test("173 mutants are noticed, and 21 are right all the same: that is all there are", () => {
  const made = [...MODELS.values()].flatMap((model) =>
    model.expected.verdict === "holds" ? genericMutants(model, DRIVER) : [],
  );
  const names = new Set(made.map(({ name }) => name));
  const recorded = Object.values(CATCHES).flatMap((catches) => Object.keys(catches));
  expect([recorded.length, EQUIVALENT_MUTANTS.size]).toEqual([173, 21]);
  expect([...recorded, ...EQUIVALENT_MUTANTS.keys()].sort()).toEqual([...names].sort());
});

test.each(Object.entries(CATCHES))(
  "%s notices what it is said to notice",
  async (name, catches) => {
    const results = await noticed(modelOf(name), new Map(Object.entries(catches)));
    expect(Object.fromEntries(results)).toEqual(catches);
  },
  TIMEOUT,
);

test("the smallest model finds nothing wrong with those that are right all the same", async () => {
  const asked = new Map([...EQUIVALENT_MUTANTS.keys()].map((name) => [name, null]));
  const results = await noticed(modelOf("copied-view"), asked);
  expect(results.length).toBeGreaterThan(0);
  expect(results.filter(([, caughtBy]) => caughtBy !== null)).toEqual([]);
});
