/**
 * Columns of a diagram: every item as near as possible to the middle of those it is connected with.
 */
import type { Item } from "./rows.ts";

/** An item with its place. Columns are characters. */
export interface Placed {
  readonly item: Item;
  readonly width: number;
  /** first column */
  left: number;
}

/** columns between neighbours, at least */
const GAP = 3;
/** the last one is upwards: parents stand above the middle of their children */
const PASSES = 12;

/** Gives every item its columns; no two of a row overlap. */
export function place(rows: readonly (readonly Item[])[]): Placed[][] {
  const placed = rows.map((row) => row.map((item) => ({ item, width: widthOf(item), left: 0 })));
  const byItem = new Map(placed.flat().map((one) => [one.item, one]));
  for (const row of placed)
    spread(
      row,
      row.map(() => 0),
    );
  for (let pass = 0; pass < PASSES; pass++) {
    const upwards = pass % 2 === 1;
    for (const row of upwards ? placed.toReversed() : placed) {
      spread(
        row,
        row.map((one) => wish(one, byItem, upwards)),
      );
    }
  }
  const leftmost = Math.min(0, ...placed.flat().map(({ left }) => left));
  for (const one of placed.flat()) one.left = Math.round(one.left - leftmost);
  return placed;
}

/** The column in the middle of an item. */
export function centre({ left, width }: Placed): number {
  return left + Math.floor((width - 1) / 2);
}

function widthOf({ lines, below }: Item): number {
  if (lines === null) return 1;
  const text = Math.max(...lines.map((line) => [...line].length));
  const labels = below.length > 1 ? below.reduce((sum, { label }) => sum + label.length + 4, 0) : 0;
  return Math.max(text + 4, labels);
}

/** First column that the item would like: below its parents, or above its children. */
function wish(one: Placed, byItem: ReadonlyMap<Item, Placed>, upwards: boolean): number {
  const near = upwards ? one.item.below.map(({ to }) => to) : one.item.above;
  const centres = near.map((item) => byItem.get(item)).filter((placed) => placed !== undefined);
  if (centres.length === 0) return one.left;
  const middle = centres.reduce((sum, placed) => sum + centre(placed), 0) / centres.length;
  return middle - Math.floor((one.width - 1) / 2);
}

/**
 * Puts a row where it wants to be, as far as the neighbours allow: the mean of pushing everybody to
 * the right and of pushing everybody to the left. Both keep the gaps, so their mean does.
 */
function spread(row: Placed[], wanted: readonly number[]): void {
  const rightwards: number[] = [];
  let free = Number.NEGATIVE_INFINITY;
  for (const [index, one] of row.entries()) {
    const left = Math.max(wanted[index] ?? 0, free);
    rightwards.push(left);
    free = left + one.width + GAP;
  }
  let end = Number.POSITIVE_INFINITY;
  for (const [index, one] of [...row.entries()].reverse()) {
    const left = Math.min(wanted[index] ?? 0, end - one.width);
    end = left - GAP;
    one.left = Math.round((left + (rightwards[index] ?? 0)) / 2);
  }
}
