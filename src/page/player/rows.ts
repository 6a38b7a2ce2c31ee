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

/** Where a row is put that was out of sight: so far down, with more room for what comes. */
const PLACE = 0.35;

/**
 * How far to scroll so that rows are in sight with one more above and below. What is in sight stays
 * where it is: so a list moves every dozen steps, and not with each one.
 */
export function scrollToRow(
  scrolled: number,
  height: number,
  rowHeight: number,
  rows: RowRange,
): number {
  const top = Math.max(0, (rows.first - 1) * rowHeight);
  const bottom = (rows.end + 1) * rowHeight;
  if (top >= scrolled && bottom <= scrolled + height) return scrolled;
  const room = Math.max(0, height - (rows.end - rows.first) * rowHeight);
  return Math.max(0, Math.round(rows.first * rowHeight - room * PLACE));
}
