/**
 * The order of a table's rows, and which of them a reader's words leave.
 */
import type { Cell, Inline, Text } from "../../report/site/page-document.ts";

/** By which column, and which way. */
export interface Order {
  readonly column: number;
  readonly direction: "ascending" | "descending";
}

type Row = readonly Cell[];

/** A text without what it is drawn with. */
export function plainText(text: Text): string {
  return text.map((part: Inline) => (typeof part === "string" ? part : part.text)).join("");
}

function keyOf(cell: Cell | undefined): number | string {
  return cell === undefined ? "" : (cell.sort ?? plainText(cell.text));
}

/** Numbers by value and before texts; texts as people sort them, `step 9` before `step 10`. */
function compare(left: number | string, right: number | string): number {
  if (typeof left === "number" && typeof right === "number") return left - right;
  if (typeof left === "number") return -1;
  if (typeof right === "number") return 1;
  return left.localeCompare(right, "en", { numeric: true });
}

/** The rows in that order; rows that are alike in it keep their places. */
export function sortedRows(rows: readonly Row[], order: Order | null): readonly Row[] {
  if (order === null) return rows;
  const sign = order.direction === "ascending" ? 1 : -1;
  return [...rows].sort(
    (left, right) => sign * compare(keyOf(left[order.column]), keyOf(right[order.column])),
  );
}

/** The rows in which every word is found, in whatever cell and case. */
export function filteredRows(rows: readonly Row[], words: string): readonly Row[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return rows;
  return rows.filter((row) => {
    const text = row
      .map((cell) => plainText(cell.text))
      .join("\n")
      .toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}
