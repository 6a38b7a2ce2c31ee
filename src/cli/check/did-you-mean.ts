/**
 * The name that somebody may have meant.
 */
import { editDistance } from "../../report/edit-distance.ts";

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
