/**
 * What could come next while somebody types a condition: whole atoms that begin with, or have in
 * them, what stands before the cursor; and after an atom that says something, `and` and `or`.
 */
import type { Completions } from "./offered.ts";
import { parseCondition } from "./parse.ts";
import { type Token, tokensOf } from "./tokens.ts";
import { labelOf, type Noun, type Vocabulary } from "./vocabulary.ts";
import { findWords, wordsOf } from "./words.ts";

/** More would not be looked through. */
const MOST = 20;
/** Names of values from which on their words are offered and not the whole names. */
const MANY_VALUES = 8;
/** Numbered things of one name that are offered before somebody begins with the number. */
const MOST_NUMBERED = 4;
const AMOUNTS = ["any", "every", "at least 2"];

/** @param cursor a place in the text: what stands behind it plays no part */
export function completionsOf(text: string, cursor: number, vocabulary: Vocabulary): Completions {
  const typed = text.slice(0, cursor);
  const start = beginOfAtom(tokensOf(typed));
  const from = start + (/^\s*/.exec(typed.slice(start))?.[0].length ?? 0);
  const atom = typed.slice(from);
  const isOver = /\s$/.test(atom) && parseCondition(atom, vocabulary).kind === "condition";
  const options = [
    ...(isOver ? ["and", "or"].map((word) => `${atom.trim()} ${word}`) : []),
    ...atomsLike(atom, vocabulary),
  ];
  const others = options.filter((option) => option !== atom.trim());
  const offered = [...new Set(others)].slice(0, MOST);
  // Right behind `and` a name would become a part of it.
  const gap = /[\p{L}\d"]$/u.test(typed.slice(0, from)) ? " " : "";
  return { from, to: cursor, options: offered.map((option) => `${gap}${option}`) };
}

/** Where the last atom of a text begins, behind what joins it to those before. */
function beginOfAtom(tokens: readonly Token[]): number {
  const joining = tokens.findLast(({ kind }) => ["and", "or", "not", "("].includes(kind));
  return joining?.to ?? 0;
}

function atomsLike(typed: string, vocabulary: Vocabulary): string[] {
  const { amount, rest } = withoutAmount(typed);
  const words = wordsOf(rest);
  const named = vocabulary
    .filter(({ words: name }) => name.length > 0 && findWords(words, name) === 0)
    .sort((one, other) => other.words.length - one.words.length);
  const [noun] = named;
  const said = noun === undefined ? [] : words.slice(noun.words.length);
  const values = noun === undefined ? [] : atomsOf(noun, said, amount);
  const begun = vocabulary.filter((each) => isBegun(each.name, rest) && !named.includes(each));
  // Commands of the administrator take their turns anyway; few ask for them.
  const nouns = begun.sort((one, other) => rank(one) - rank(other));
  const quantified = amount === "" ? AMOUNTS.filter((each) => each.startsWith(rest.trim())) : [];
  return [...values, ...nouns.flatMap((each) => labelsOf(each, amount)), ...quantified];
}

function rank({ name }: Noun): number {
  return name === "commands" ? 1 : 0;
}

/** Whether a name begins with what was typed, or one of its words does. */
function isBegun(name: string, typed: string): boolean {
  const [plain, begun] = [name.toLowerCase(), typed.trim().toLowerCase()];
  return plain.startsWith(begun) || (begun !== "" && plain.includes(` ${begun}`));
}

const AMOUNT = new RegExp(
  "^(?:any|some|every|each|all|(?:at\\s+)?(?:least|most)\\s+\\d+|exactly\\s+\\d+|" +
    "(?:more|fewer|less)\\s+than\\s+\\d+)\\s+",
  "i",
);

/** Splits `every guest` into the amount and the rest. */
function withoutAmount(typed: string): { amount: string; rest: string } {
  const [amount = ""] = AMOUNT.exec(typed) ?? [];
  return { amount, rest: typed.slice(amount.length) };
}

function labelsOf(noun: Noun, amount: string): string[] {
  if (amount !== "" || noun.count === 1) return [`${amount}${noun.name}`];
  const length = Math.min(noun.count, MOST_NUMBERED);
  return Array.from({ length }, (_, index) => labelOf(noun, index));
}

/** Atoms about a thing: which one is still to be said, or what it is to be. */
function atomsOf(noun: Noun, said: readonly string[], amount: string): string[] {
  const [first = ""] = said;
  const isNumbered = amount === "" && noun.count > 1;
  const which = isNumbered && /^\d+$/.test(first) ? Number(first) : null;
  if (which !== null && which >= noun.count) return [];
  const label = which === null ? `${amount}${noun.name}` : labelOf(noun, which);
  const begun = said.slice(which === null ? 0 : 1).join(" ");
  const values = valuesOf(noun, begun).map((value) => `${label}${value}`);
  return isNumbered && said.length === 0 ? [...labelsOf(noun, ""), ...values] : values;
}

/** What a thing can be, as it stands behind its name. */
function valuesOf({ values, size }: Noun, begun: string): string[] {
  if (values === null) {
    return Array.from({ length: Math.min(size, MOST) }, (_, value) => String(value))
      .filter((value) => value.startsWith(begun))
      .map((value) => ` = ${value}`);
  }
  const names = values.map(({ name }) => name);
  const synonyms = values.flatMap(({ synonym }) => (synonym === null ? [] : [synonym]));
  const parts = names.length > MANY_VALUES ? names.flatMap((name) => name.split(/[\s·]+/)) : [];
  const offered = new Set([...parts, ...(parts.length > 0 ? synonyms : []), ...names, ...synonyms]);
  return [...offered].filter((name) => isBegun(name, begun)).map((name) => ` ${name}`);
}
