/**
 * A table as lines: every column as wide as its widest cell.
 */

/**
 * @param head what the columns are called
 * @param numbers columns from this one on are set to the right; absent: none are
 * @returns the head, and a line for each row
 */
export function columns(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  numbers = Infinity,
): string[] {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  return [head, ...rows].map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column < numbers ? cell.padEnd(width) : cell.padStart(width);
      })
      .join("   ")
      .trimEnd(),
  );
}
