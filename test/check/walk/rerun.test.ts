/** A step that was taken can be taken again, and leads to where it led. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { initialState, retake, successorsOf } from "../../../src/check/program/interpret.ts";
import { fleece } from "../support/programs.ts";
import { anyProgram } from "../support/random-program.ts";

test("every step from a state can be taken again from there", () => {
  fc.assert(
    fc.property(anyProgram, fc.array(fc.nat(1000), { maxLength: 8 }), (program, picks) => {
      let state = initialState(program);
      for (const pick of picks) {
        const all = successorsOf(program, state);
        for (const each of all) expect(retake(program, state, each.step)).toEqual(each);
        const next = all[pick % Math.max(1, all.length)];
        if (next === undefined || next.failure !== null) return;
        state = next.state;
      }
    }),
  );
});

test("a step that there is not cannot be taken", () => {
  const program = fleece({ clusters: 2, guests: 1, readers: 1, values: 2 });
  const state = initialState(program);
  const [{ step } = { step: null }] = successorsOf(program, state);
  if (step === null) throw new Error("there is no step");
  const others = [
    { ...step, process: "nobody" },
    { ...step, instance: 1 },
    { ...step, node: "write" },
    { ...step, alternative: "claim" },
    { ...step, choices: { ...step.choices, c: 2 } },
    { ...step, choices: {} },
  ];
  for (const other of others) expect(retake(program, state, other)).toBeNull();
});
