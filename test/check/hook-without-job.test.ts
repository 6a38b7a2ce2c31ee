/**
 * A backup with `sync: none`, and its hook by `blockdev-add`: "that would give you the same". It
 * does: both have the same states, the same verdict, and the same mutants break them as soon.
 */
import { expect, test } from "vitest";
import { MODELS } from "../../models/index.ts";
import { checkedModel } from "../../src/cli/check/checked-model.ts";
import { tryMutant } from "../../src/cli/mutants/try-mutant.ts";

const byJob = "insertion-keeps-link";
const byHand = "first-picture-today";

async function found(name: string, mutant: string | null) {
  const model = MODELS.get(name);
  if (model === undefined) throw new Error(`there is no model ${name}`);
  const { program } = checkedModel(model).lower(new Map(), mutant);
  const { caughtBy, steps, states, complete } = await tryMutant("", program, null, null);
  return { caughtBy, steps, states, complete };
}

test("both hold, with as many states", async () => {
  const [job, hand] = [await found(byJob, null), await found(byHand, null)];
  expect(job).toEqual(hand);
  expect(job).toMatchObject({ caughtBy: null, complete: true });
});

test("the same mutants break both, in as many steps", async () => {
  const names = [byJob, byHand].map((name) => MODELS.get(name)?.mutants.map((each) => each.name));
  expect(names[0]).toEqual(names[1]);
  for (const mutant of names[0] ?? []) {
    expect(await found(byJob, mutant), mutant).toEqual(await found(byHand, mutant));
  }
});
