/**
 * The pieces of a disk against a list of writes for each byte.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Layer, Unsettled } from "../../src/system/unsettled.ts";

const SIZE = 12;

function layer(start: number, end: number, begun: number): Layer {
  return { start, end, data: null, begun, over: Infinity, certain: false };
}

const action = fc.record({
  kind: fc.constantFrom("write", "write", "forget"),
  start: fc.nat(SIZE),
  length: fc.nat(SIZE),
});

/** What the pieces say of each byte, by the writes that may be found there. */
function bytesOf(unsettled: Unsettled): number[][] {
  return unsettled
    .within(0, SIZE)
    .flatMap(({ start, end, layers }) =>
      Array.from({ length: end - start }, () => layers.map(({ begun }) => begun)),
    );
}

test("know for every byte which writes may be found there, whatever is cut and joined", () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 30 }), (actions) => {
      const unsettled = new Unsettled();
      const bytes: number[][] = Array.from({ length: SIZE }, () => []);
      for (const [begun, { kind, start, length }] of actions.entries()) {
        const end = Math.min(SIZE, start + length);
        const added = layer(start, end, begun);
        unsettled.cover(start, end, (part) =>
          kind === "write" ? { ...part, layers: [...part.layers, added] } : null,
        );
        for (let at = start; at < end; at++) {
          if (kind === "write") bytes[at]?.push(begun);
          else bytes[at] = [];
        }
        expect(bytesOf(unsettled)).toEqual(bytes);
        const { start: from, end: to } = unsettled.extent(start, end);
        expect(from <= start && to >= end).toBe(true);
      }
    }),
  );
});

test("a part of a range is what the whole has there", () => {
  const unsettled = new Unsettled();
  const one = layer(2, 8, 1);
  unsettled.cover(2, 8, (part) => ({ ...part, layers: [one] }));
  expect(unsettled.within(4, 10)).toEqual([
    { start: 4, end: 8, base: true, layers: [one] },
    { start: 8, end: 10, base: true, layers: [] },
  ]);
  unsettled.cover(4, 5, () => null);
  unsettled.revise(6, 7, (piece) => ({ ...piece, base: false }));
  expect(unsettled.within(0, 9).map(({ start, end, base }) => [start, end, base])).toEqual([
    [0, 2, true],
    [2, 4, true],
    [4, 5, true],
    [5, 8, false],
    [8, 9, true],
  ]);
});

test("pieces that have become alike are one again", () => {
  const unsettled = new Unsettled();
  const [one, other] = [layer(0, 8, 1), layer(2, 4, 2)];
  unsettled.cover(0, 8, (part) => ({ ...part, layers: [...part.layers, one] }));
  unsettled.cover(2, 4, (part) => ({ ...part, layers: [...part.layers, other] }));
  expect(unsettled.within(0, 8)).toHaveLength(3);
  unsettled.revise(0, 8, (piece) => ({ ...piece, layers: [one] }));
  expect(unsettled.within(0, 8)).toHaveLength(1);
});
