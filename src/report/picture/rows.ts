/**
 * Rows of a diagram: every box below all boxes that point at it, and an order in each row.
 *
 * An arrow that skips a row gets an invisible item in it, so that afterwards every arrow leads from
 * one row to the next. Items are ordered by the mean position of those above or below, back and
 * forth a few times: the usual way to few crossings.
 */
import type { Arrow, Box } from "./box.ts";

/** A box, or a place where an arrow passes through a row (then `lines` is null). */
export interface Item {
  readonly id: string;
  readonly lines: readonly string[] | null;
  readonly below: Link[];
  readonly above: Item[];
}

/** An arrow, or the part of it that leads to the next row. */
export interface Link {
  readonly to: Item;
  readonly label: string;
}

const SWEEPS = 4;

/** The items row by row, ordered from left to right. */
export function arrangeRows(boxes: readonly Box[], arrows: readonly Arrow[]): Item[][] {
  const depths = depthsOf(boxes, arrows);
  const rows: Item[][] = Array.from({ length: Math.max(0, ...depths.values()) + 1 }, () => []);
  const items = new Map<string, Item>();
  for (const { id, lines } of boxes) {
    const item: Item = { id, lines, below: [], above: [] };
    items.set(id, item);
    rows[depths.get(id) ?? 0]?.push(item);
  }
  for (const [index, { from, to, label }] of arrows.entries()) {
    const [start, end] = [items.get(from), items.get(to)];
    if (start === undefined || end === undefined) continue;
    let above = start;
    for (let row = (depths.get(from) ?? 0) + 1; row < (depths.get(to) ?? 0); row++) {
      const passing: Item = { id: `${index}@${row}`, lines: null, below: [], above: [] };
      rows[row]?.push(passing);
      connect(above, passing, above === start ? label : "");
      above = passing;
    }
    connect(above, end, above === start ? label : "");
  }
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const row of rows) sortBy(row, rows, (item) => item.above);
    for (const row of rows.toReversed()) sortBy(row, rows, belowOf);
  }
  return rows;
}

function connect(above: Item, below: Item, label: string): void {
  above.below.push({ to: below, label });
  below.above.push(above);
}

const belowOf = (item: Item) => item.below.map(({ to }) => to);

/** The length of the longest way down to each box. */
function depthsOf(boxes: readonly Box[], arrows: readonly Arrow[]): Map<string, number> {
  const depths = new Map<string, number>();
  const depthOf = (id: string): number => {
    const known = depths.get(id);
    if (known !== undefined) return known;
    const parents = arrows.filter(({ to }) => to === id).map(({ from }) => from);
    const depth = Math.max(-1, ...parents.map(depthOf)) + 1;
    depths.set(id, depth);
    return depth;
  };
  for (const { id } of boxes) depthOf(id);
  return depths;
}

function sortBy(row: Item[], rows: readonly Item[][], neighbours: (item: Item) => Item[]): void {
  const position = new Map(rows.flatMap((items) => items.map((item, index) => [item, index])));
  const mean = (item: Item): number => {
    const near = neighbours(item);
    if (near.length === 0) return position.get(item) ?? 0;
    return near.reduce((sum, one) => sum + (position.get(one) ?? 0), 0) / near.length;
  };
  const means = new Map(row.map((item) => [item, mean(item)]));
  row.sort((one, other) => (means.get(one) ?? 0) - (means.get(other) ?? 0));
}
