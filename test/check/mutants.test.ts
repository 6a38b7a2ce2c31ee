/**
 * Mutants of sketches are noticed by the check, each by the property that its sketch names, and the
 * operators give every mutant of a model a name of its own. The mutants that models name are in
 * model-mutants.test.ts.
 */
import { expect, test } from "vitest";
import { EQUIVALENT_MUTANTS } from "../../models/equivalent-mutants.ts";
import { MODELS } from "../../models/index.ts";
import { SKETCHES } from "../../models/sketches.ts";
import { checkedSketch } from "../../src/cli/check/checked-sketch.ts";
import { genericMutants } from "../../src/cli/mutants/generic-mutants.ts";
import { tryMutant } from "../../src/cli/mutants/try-mutant.ts";

for (const sketch of SKETCHES.values()) {
  for (const { name, caughtBy } of sketch.mutants) {
    test(`${sketch.name}: ${name} is caught by ${caughtBy}`, async () => {
      const { program } = checkedSketch(sketch).lower(new Map(), name);
      expect((await tryMutant(name, program, caughtBy, null)).caughtBy).toBe(caughtBy);
    });
  }
}

for (const model of MODELS.values()) {
  const names = genericMutants(model, "copy-before-write").map(({ name }) => name);
  // A model without the hook has none.
  if (names.length === 0) continue;
  test(`${model.name}: generic mutants have names of their own`, () => {
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain("drop-wait write draining as OK");
    expect(names).toContain("skip-unlock snapshot-read thawing as OK");
  });
}

test("every mutant that is said to be right all the same is one that operators make", () => {
  const made = [...MODELS.values()].flatMap((model) =>
    genericMutants(model, "copy-before-write").map(({ name }) => name),
  );
  expect([...EQUIVALENT_MUTANTS.keys()].filter((name) => !made.includes(name))).toEqual([]);
});
