/**
 * How names are taken apart, so that whoever types one need not know how it is punctuated.
 *
 * `copied frozen=0` and `Copied, frozen 0` are the same words. Little words that only make a
 * sentence of them are passed over, in names as well as in what is typed.
 */

const LITTLE = new Set(["is", "are", "the", "a", "an", "at", "in", "of", "has", "was"]);

/** What stands between two words of a name. */
const BETWEEN = /[\s·=:,;[\]]+/;

/** Lower-case words of a text. */
export function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(BETWEEN)
    .filter((word) => word !== "" && !LITTLE.has(word));
}

/** Where one list of words begins in another, at `from` or after it; -1: it does not. */
export function findWords(within: readonly string[], wanted: readonly string[], from = 0): number {
  for (let start = from; start + wanted.length <= within.length; start++) {
    if (wanted.every((word, index) => within[start + index] === word)) return start;
  }
  return -1;
}
