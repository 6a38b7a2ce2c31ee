/**
 * R01 by the rules of QEMU, and with either of two repairs: each is enough, and without both the
 * reader is given the guest's new data in seven steps.
 */
import { expect, test } from "vitest";
import { breakSnapshot } from "../../models/break-snapshot.ts";
import { breakSnapshotRace } from "../../models/break-snapshot-race.ts";
import { guestsWaitAfterBreak, readersLookAgain } from "../../models/views/broken-view-repairs.ts";
import { checkedModel } from "../../src/cli/check/checked-model.ts";
import { tryMutant } from "../../src/cli/mutants/try-mutant.ts";
import type { Model } from "../../src/system/model.ts";
import type { ChartMutation } from "../../src/system/system.ts";

/** Everything that guest and reader may ask for, by QEMU's rules. */
const inQemu: Model = { ...breakSnapshot, profile: "qemu-10.0" };

async function found(model: Model, mutation: ChartMutation | null) {
  const repair = { name: "repair", statement: "", caughtBy: "" };
  const mutants = mutation === null ? [] : [{ ...repair, mutation }];
  const checked = checkedModel({ ...model, mutants });
  const { program } = checked.lower(new Map(), mutation === null ? null : repair.name);
  const { caughtBy, steps, states, complete } = await tryMutant("", program, null, null);
  return { caughtBy, steps, states, complete };
}

test.each([breakSnapshotRace, inQemu])("$name by QEMU's rules is violated", async (model) => {
  const { caughtBy, steps } = await found(model, null);
  expect([caughtBy, steps]).toEqual(["view-equals-point-in-time", 7]);
});

test.each([
  ["guests wait for readers after the break", guestsWaitAfterBreak, 64_777],
  ["readers look again before they believe what they read", readersLookAgain, 65_905],
] as const)("it holds if %s", async (_, repair, states) => {
  const none = { caughtBy: null, steps: null, complete: true };
  expect(await found(inQemu, repair)).toEqual({ ...none, states });
});
