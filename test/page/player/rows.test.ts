/**
 * Of a long list what is in sight is drawn, and little else; the current rows are in sight.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { rowLength } from "../../../src/page/player/map-rows.ts";
import { rowsInSight, scrollToRow } from "../../../src/page/player/rows.ts";

const frame = fc.record({
  rows: fc.integer({ min: 1, max: 20_000 }),
  height: fc.integer({ min: 120, max: 1200 }),
  rowHeight: fc.integer({ min: 20, max: 40 }),
});

test("every row in sight is drawn, and at most a dozen others", () => {
  fc.assert(
    fc.property(frame, fc.nat(1_000_000), ({ rows, height, rowHeight }, wish) => {
      const scrolled = Math.min(wish, Math.max(0, rows * rowHeight - height));
      const { first, end } = rowsInSight(scrolled, height, rowHeight, rows);
      expect(first * rowHeight).toBeLessThanOrEqual(scrolled);
      expect(end * rowHeight).toBeGreaterThanOrEqual(Math.min(scrolled + height, rows * rowHeight));
      expect(end - first).toBeLessThanOrEqual(Math.ceil(height / rowHeight) + 13);
      expect(first).toBeGreaterThanOrEqual(0);
      expect(end).toBeLessThanOrEqual(rows);
    }),
  );
});

test("scrolling to a row brings it into sight, and moves nothing that is in sight", () => {
  fc.assert(
    fc.property(frame, fc.nat(), fc.nat(), ({ rows, height, rowHeight }, wish, from) => {
      const row = wish % rows;
      const scrolled = from % (rows * rowHeight);
      const current = { first: row, end: row + 1 };
      const wanted = scrollToRow(scrolled, height, rowHeight, current);
      expect(wanted).toBeLessThanOrEqual(row * rowHeight);
      expect(wanted + height).toBeGreaterThanOrEqual((row + 1) * rowHeight);
      expect(scrollToRow(wanted, height, rowHeight, current)).toBe(wanted);
    }),
  );
});

test("a row of a map is a power of two and fits, or is the whole map", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 5000 }),
      fc.integer({ min: -2, max: 90 }),
      (all, room) => {
        const length = rowLength(all, room);
        expect(length).toBeGreaterThanOrEqual(1);
        expect(length === all || Number.isInteger(Math.log2(length))).toBe(true);
        expect(length).toBeLessThanOrEqual(Math.max(4, room));
      },
    ),
  );
});
