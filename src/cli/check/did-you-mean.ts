/**
 * The name that somebody may have meant.
 */

/** Letters that may be wrong, by the length of the word: one in three. */
const LETTERS_PER_MISTAKE = 3;

/** `; did you mean 'fleece'?`, or nothing where no known name is like the word. */
export function didYouMean(word: string, known: readonly string[]): string {
  const allowed = Math.max(1, Math.floor(word.length / LETTERS_PER_MISTAKE));
  const near = known
    .map((name) => ({ name, mistakes: editDistance(word, name) }))
    .filter(({ name, mistakes }) => mistakes <= allowed || name.startsWith(word))
    .sort((one, other) => one.mistakes - other.mistakes);
  return near[0] === undefined ? "" : `; did you mean '${near[0].name}'?`;
}

/** Letters to insert, remove or replace to make one word of the other (Levenshtein). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [line, letter] of [...from].entries()) {
    const next = [line + 1];
    for (const [column, other] of [...to].entries()) {
      const replaced = (row[column] ?? 0) + (letter === other ? 0 : 1);
      const inserted = (next[column] ?? 0) + 1;
      const removed = (row[column + 1] ?? 0) + 1;
      next.push(Math.min(replaced, inserted, removed));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
