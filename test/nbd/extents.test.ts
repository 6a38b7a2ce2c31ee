/**
 * Block status in replies says what the export told, in as few extents as that takes, and never
 * about more than was asked.
 */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Extent } from "../../src/nbd/export.ts";
import { fitExtents } from "../../src/nbd/extents.ts";

const told = fc.array(fc.record({ length: fc.nat(5), flags: fc.nat(2) }), { maxLength: 12 });

/** The flags of each byte. */
const bytesOf = (extents: readonly Extent[]) =>
  extents.flatMap(({ length, flags }) => Array<number>(length).fill(flags));

test("every byte has the flags that were told, up to the end of the range", () => {
  fc.assert(
    fc.property(told, fc.integer({ min: 1, max: 40 }), (extents, length) => {
      const fitted = fitExtents(extents, length, false);
      expect(bytesOf(fitted)).toEqual(bytesOf(extents).slice(0, length));
      expect(fitted.every(({ flags }, index) => flags !== fitted[index + 1]?.flags)).toBe(true);
      expect(fitted.every((extent) => extent.length > 0)).toBe(true);
      expect(fitExtents(extents, length, true)).toEqual(fitted.slice(0, 1));
    }),
  );
});

test("no more extents are told than a reply may have", () => {
  const many = Array.from({ length: 200_000 }, (_, index) => ({ length: 1, flags: index % 2 }));
  expect(fitExtents(many, 200_000, false)).toHaveLength(128 * 1024);
});
