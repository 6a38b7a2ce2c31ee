/**
 * Sorting a table loses no row and filtering it invents none.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { filteredRows, plainText, sortedRows } from "../../../src/page/table/order.ts";
import type { Cell } from "../../../src/report/site/page-document.ts";

const cell: fc.Arbitrary<Cell> = fc.oneof(
  fc.string().map((text) => ({ text: [text] })),
  fc.integer().map((sort) => ({ text: [String(sort)], sort })),
);
const rows = fc.array(fc.tuple(cell, cell));

function cells(...texts: string[]): Cell[] {
  return texts.map((text) => ({ text: [text] }));
}

test("sorting keeps the rows, and turned round it goes the other way", () => {
  fc.assert(
    fc.property(rows, fc.nat(1), (made, column) => {
      const up = sortedRows(made, { column, direction: "ascending" });
      const again = sortedRows(up, { column, direction: "ascending" });
      expect(new Set(up)).toEqual(new Set(made));
      expect(again).toEqual(up);
      const down = sortedRows([...up].reverse(), { column, direction: "descending" });
      expect(down).toEqual([...up].reverse());
    }),
  );
});

test("numbers sort by value and texts as people sort them", () => {
  const texts = [cells("step 10"), cells("Step 9"), cells("step 1")];
  const sorted = sortedRows(texts, { column: 0, direction: "ascending" });
  expect(sorted.map(([first]) => plainText(first?.text ?? []))).toEqual([
    "step 1",
    "Step 9",
    "step 10",
  ]);
  const numbers = [30, 4, 200].map((sort) => [{ text: [`${sort} states`], sort }]);
  const down = sortedRows(numbers, { column: 0, direction: "descending" });
  expect(down.map(([first]) => first?.sort)).toEqual([200, 30, 4]);
});

test("a filter leaves the rows that have every word, in any cell and case", () => {
  const all = [cells("fleecing", "holds"), cells("overlap", "Holds"), cells("race", "violated")];
  expect(filteredRows(all, " HOLDS ")).toEqual(all.slice(0, 2));
  expect(filteredRows(all, "holds fleec")).toEqual(all.slice(0, 1));
  expect(filteredRows(all, "")).toBe(all);
  fc.assert(
    fc.property(rows, fc.string(), (made, words) => {
      expect(filteredRows(made, words).every((row) => new Set<unknown>(made).has(row))).toBe(true);
    }),
  );
});
