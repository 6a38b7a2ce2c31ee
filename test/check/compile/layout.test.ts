/** Packed states: nothing is lost, nothing overlaps, nothing straddles words. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { layoutOf } from "../../../src/check/layout.ts";
import { initialState } from "../../../src/check/program/interpret.ts";
import { fleece } from "../support/programs.ts";
import { anyProgram } from "../support/random-program.ts";

test("what is packed is unpacked again, up to the greatest values and the last bits", () => {
  fc.assert(
    fc.property(
      anyProgram,
      fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
      (program, parts) => {
        const layout = layoutOf(program);
        const part = (size: number) => Math.round((size - 1) * (parts.next().value ?? 0));
        const fields = Object.fromEntries(
          program.fields.map(({ name, size, count }) => [
            name,
            Array.from({ length: count }, () => part(size)),
          ]),
        );
        const state = { ...initialState(program), fields };
        const words = layout.pack(state);
        expect(words).toHaveLength(layout.words);
        expect(words).toEqual(words.map((word) => word | 0));
        expect(layout.unpack(words)).toEqual(state);
      },
    ),
  );
});

test("the yardstick with 4 clusters, 4 guests and 2 readers takes two words", () => {
  const bounds = { clusters: 4, guests: 4, readers: 2, values: 2 };
  expect(layoutOf(fleece(bounds))).toMatchObject({ words: 2, bits: 58 });
});
