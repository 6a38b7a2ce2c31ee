/**
 * How a check is done if nobody says: with what is sound, and with one reduction at a time.
 */
import { expect, test } from "vitest";
import type { Program } from "../../../src/check/program/program.ts";
import { findChecked } from "../../../src/cli/check/find-checked.ts";
import type { Options } from "../../../src/cli/check/options.ts";
import { planOf } from "../../../src/cli/check/plan.ts";

const OPTIONS: Options = { set: new Map(), property: [], coverage: "on", reports: "reports" };
const { program } = findChecked("copied-view").lower(new Map(), null);

/** The model as if something in it were interchangeable. */
const symmetric: Program = {
  ...program,
  symmetries: [
    { name: "nothing", size: 1, owned: [], processes: [], naming: [], members: [], closed: true },
  ],
};

test("orders are left out of large searches, and not if it is switched off or of no use", () => {
  expect(planOf(program, OPTIONS).options.reduction).toBe("if-large");
  expect(planOf(program, { ...OPTIONS, por: "on" }).options.reduction).toHaveProperty("teams");
  expect(planOf(program, { ...OPTIONS, por: "off" }).options.reduction).toBeNull();
  expect(planOf(program, { ...OPTIONS, checkpoint: "kept" }).options.reduction).toBeNull();
  expect(planOf(program, { ...OPTIONS, random: 1 }).options.reduction).toBeNull();
});

test("symmetry goes first, and not together with it", () => {
  const { symmetry, reduction = null } = planOf(symmetric, OPTIONS).options;
  expect([symmetry, reduction]).toEqual([true, null]);
  expect(() => planOf(symmetric, { ...OPTIONS, por: "on" })).toThrow(
    "--por on goes without symmetry; give --symmetry off with it",
  );
  const without = planOf(symmetric, { ...OPTIONS, por: "on", symmetry: "off" }).options;
  expect(without.reduction).toHaveProperty("teams");
});
