/**
 * A link to a step leads to that step, whatever the trace is called.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { readStepHash, stepHash } from "../../../src/page/player/address.ts";

test("what is written is read back", () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1, unit: "grapheme" }),
      fc.nat(999_999_999),
      (trace, position) => {
        expect(readStepHash(stepHash({ trace, position }))).toEqual({ trace, position });
      },
    ),
  );
});

test("a trace alone is its beginning, and what is no such link is none", () => {
  expect(readStepHash("#fleecing")).toEqual({ trace: "fleecing", position: 0 });
  for (const hash of ["", "#", "#/3", "#a/b", "#a/-1", "#a/1/2", "#%E0%A4%A/1", "fleecing/1"]) {
    expect(readStepHash(hash)).toBeNull();
  }
});
