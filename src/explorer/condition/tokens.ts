/**
 * The text of a condition as tokens, each with its place in the text.
 */
import { COMPARISONS, type Comparison } from "./condition.ts";
import { wordsOf } from "./words.ts";

/** From a character of the text to another one, which is not in it any more. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** All of several places; `otherwise` where there are none. */
export function spanOf(places: readonly Span[], otherwise: Span): Span {
  if (places.length === 0) return otherwise;
  const from = Math.min(...places.map((place) => place.from));
  return { from, to: Math.max(...places.map((place) => place.to)) };
}

export type Token = Span &
  (
    | { readonly kind: "(" | ")" | "|" | "and" | "or" | "not" }
    | { readonly kind: "comparison"; readonly comparison: Comparison }
    /** `words` may be empty: a little word */
    | { readonly kind: "word"; readonly words: readonly string[] }
    /** a name in quotes, exactly as it is */
    | { readonly kind: "exact"; readonly name: string }
    /** something that no condition has */
    | { readonly kind: "stray"; readonly text: string }
  );

/** A word with its place, or a whole name that was quoted. */
export interface Word extends Span {
  readonly word: string;
  readonly exact: boolean;
}

const EXACT = /"[^"]*"/u;
const SIGN = /\|\||[()|]|&&|[!<>]=|={1,2}|<>|[<>!]|≠|≤|≥/u;
const WORD = /[^\s()|&<>=!≠≤≥"]+/u;
const PATTERN = new RegExp(
  `(?<exact>${EXACT.source})|(?<sign>${SIGN.source})|(?<word>${WORD.source})|(?<stray>\\S)`,
  "gu",
);

const SIGNS: Readonly<Record<string, Token["kind"]>> = {
  "(": "(",
  ")": ")",
  "|": "|",
  "&&": "and",
  "||": "or",
  "!": "not",
};
const OTHERWISE_WRITTEN: Readonly<Record<string, Comparison>> = {
  "==": "=",
  "<>": "!=",
  "≠": "!=",
  "≤": "<=",
  "≥": ">=",
};
const KEYWORDS: Readonly<Record<string, "and" | "or" | "not">> = {
  and: "and",
  or: "or",
  not: "not",
  "isn't": "not",
};
export function tokensOf(text: string): Token[] {
  return [...text.matchAll(PATTERN)].map((match) => {
    const span = { from: match.index, to: match.index + match[0].length };
    const { exact, sign, word, stray } = match.groups ?? {};
    if (exact !== undefined) return { ...span, kind: "exact", name: exact.slice(1, -1) };
    if (sign !== undefined) return { ...span, ...signToken(sign) };
    if (word !== undefined) return { ...span, ...wordToken(word) };
    return { ...span, kind: "stray", text: stray ?? "" };
  });
}

type Kind<Of = Token> = Of extends Token ? Omit<Of, "from" | "to"> : never;

function signToken(sign: string): Kind {
  const kind = SIGNS[sign];
  if (kind === "(" || kind === ")" || kind === "|" || kind === "and" || kind === "or") {
    return { kind };
  }
  if (kind === "not") return { kind };
  const comparison = COMPARISONS.find((each) => each === (OTHERWISE_WRITTEN[sign] ?? sign));
  return comparison === undefined
    ? { kind: "stray", text: sign }
    : { kind: "comparison", comparison };
}

function wordToken(word: string): Kind {
  const plain = word.toLowerCase();
  const keyword = KEYWORDS[plain];
  if (keyword !== undefined) return { kind: keyword };
  return { kind: "word", words: wordsOf(word) };
}
