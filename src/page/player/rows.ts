/**
 * Which rows of a long list are drawn: those in sight and a few around them.
 *
 * Ten thousand rows as elements of a page would scroll badly. A list is as high as all its rows,
 * and has elements only for the rows that can be seen.
 */

/** Rows `first` to `end`, without `end`. */
export interface RowRange {
  readonly first: number;
  readonly end: number;
}

/** Rows drawn above and below those in sight, so that a scroll does not show emptiness. */
const AROUND = 6;

/** The rows to draw. Lengths are pixels. */
export function rowsInSight(
  scrolled: number,
  height: number,
  rowHeight: number,
  rows: number,
): RowRange {
  const first = Math.max(0, Math.floor(scrolled / rowHeight) - AROUND);
  const end = Math.min(rows, Math.ceil((scrolled + height) / rowHeight) + AROUND);
  return { first: Math.min(first, Math.max(0, rows - 1)), end: Math.max(end, 0) };
}

/** How far to scroll so that a row is in sight with one row above and below; least movement. */
export function scrollToRow(
  scrolled: number,
  height: number,
  rowHeight: number,
  rows: RowRange,
): number {
  const top = Math.max(0, (rows.first - 1) * rowHeight);
  const bottom = (rows.end + 1) * rowHeight;
  if (top < scrolled) return top;
  if (bottom > scrolled + height) return Math.max(0, Math.min(top, bottom - height));
  return scrolled;
}
