/**
 * Names that somebody may have meant: those that share a word with what was typed, or are spelled
 * almost like it.
 */
import { editDistance } from "../../report/edit-distance.ts";
import { wordsOf } from "./words.ts";

/** As many are named; more would not be read. */
const MOST = 5;
/** Letters of a word of which one may be wrong. */
const LETTERS_PER_MISTAKE = 3;

/** The nearest first; none where nothing is near. @param typed in words */
export function nearNames(typed: readonly string[], names: readonly string[]): string[] {
  return [...new Set(names)]
    .map((name) => ({ name, score: likeness(typed, wordsOf(name)) }))
    .filter(({ score }) => score > 0)
    .sort((one, other) => other.score - one.score)
    .slice(0, MOST)
    .map(({ name }) => name);
}

/** Words of the name that were typed or nearly so, less a little for those that were not. */
function likeness(typed: readonly string[], words: readonly string[]): number {
  const found = words.filter((word) => typed.some((other) => isLike(word, other))).length;
  return found === 0 ? 0 : found - (words.length - found) / 100;
}

function isLike(word: string, typed: string): boolean {
  if (/^\d+$/.test(word) || /^\d+$/.test(typed)) return false;
  const allowed = Math.floor(Math.max(word.length, typed.length) / LETTERS_PER_MISTAKE);
  return word === typed || editDistance(word, typed) <= allowed;
}
