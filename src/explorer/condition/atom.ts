/**
 * One atom of a condition: which thing, and what it is to be.
 *
 * The thing is the longest name of a field or process that is among the words, wherever it stands;
 * a number after it says which one, `any`, `every`, `at least 2` and the like before it say how
 * many (any, if nothing is said). All other words say the value. One that is not a whole name of a
 * value stands for every value that has these words in this order: `cluster 1 copied` for all
 * copied ones.
 */
import { amountBefore } from "./amount.ts";
import type { Comparison, Condition, Target, Which } from "./condition.ts";
import { nearNames } from "./near-names.ts";
import { ConditionProblem } from "./problem.ts";
import type { Span, Token, Word } from "./tokens.ts";
import { type Noun, type Vocabulary, vocabularyNames } from "./vocabulary.ts";
import { wantedValues } from "./wanted-values.ts";

/** An atom taken apart at its comparison and its bars. */
interface Sides {
  /** before the comparison; everything up to the first bar if there is none */
  readonly before: readonly Word[];
  /** after it, between bars */
  readonly after: readonly (readonly Word[])[];
  readonly comparison: Comparison | null;
  readonly negations: number;
  readonly at: Span;
}

const QUANTIFIERS: Readonly<Record<string, "any" | "every">> = {
  any: "any",
  some: "any",
  every: "every",
  each: "every",
  all: "every",
};

/** @throws ConditionProblem */
export function parseAtom(tokens: readonly Token[], vocabulary: Vocabulary): Condition {
  const sides = sidesOf(tokens);
  const candidates = candidatesIn(sides, vocabulary);
  let first: ConditionProblem | null = null;
  for (const candidate of candidates) {
    try {
      return conditionOf(candidate, sides);
    } catch (error) {
      if (!(error instanceof ConditionProblem)) throw error;
      first ??= error;
    }
  }
  if (first !== null) throw first;
  const words = [...sides.before, ...sides.after.flat()].map(({ word }) => word);
  const near = nearNames(words, vocabularyNames(vocabulary));
  const known = near.length > 0 ? "" : `; there is: ${vocabularyNames(vocabulary).join(", ")}`;
  throw new ConditionProblem(sides.at, `nothing here is called '${words.join(" ")}'${known}`, near);
}

function sidesOf(tokens: readonly Token[]): Sides {
  const before: Word[] = [];
  const after: Word[][] = [];
  let comparison: Comparison | null = null;
  let negations = 0;
  for (const token of tokens) {
    const side = after.at(-1) ?? before;
    if (token.kind === "not") negations++;
    else if (token.kind === "word") {
      const { from, to } = token;
      side.push(...token.words.map((word) => ({ word, exact: false, from, to })));
    } else if (token.kind === "exact") {
      side.push({ word: token.name, exact: true, from: token.from, to: token.to });
    } else if (token.kind === "|") {
      if (after.length === 0) after.push([]);
      after.push([]);
    } else if (token.kind === "comparison" && comparison === null) {
      comparison = token.comparison;
      after.push([]);
    } else if (token.kind === "comparison" && token.comparison === "=") {
      // part of a name: `copied frozen=0`
    } else throw new ConditionProblem(token, "this does not belong here");
  }
  const at = { from: tokens[0]?.from ?? 0, to: tokens.at(-1)?.to ?? 0 };
  return { before, after, comparison, negations, at };
}

/** A name among the words of an atom. */
interface Candidate {
  readonly noun: Noun;
  /** whether it is on the left of the comparison */
  readonly isBefore: boolean;
  readonly start: number;
  readonly end: number;
}

/** The longest name first, then what stands first. */
function candidatesIn({ before, after }: Sides, vocabulary: Vocabulary): Candidate[] {
  const find = (words: readonly Word[], isBefore: boolean) =>
    vocabulary
      .flatMap((noun) => placesOf(noun, words).map((place) => ({ noun, isBefore, ...place })))
      .sort(
        (one, other) => other.noun.words.length - one.noun.words.length || one.start - other.start,
      );
  const left = find(before, true);
  return left.length > 0 || after.length !== 1 ? left : find(after[0] ?? [], false);
}

function placesOf({ name, words }: Noun, typed: readonly Word[]) {
  const quoted = typed.findIndex(({ exact, word }) => exact && word === name);
  if (quoted >= 0) return [{ start: quoted, end: quoted + 1 }];
  const places: { start: number; end: number }[] = [];
  for (let start = 0; start + words.length <= typed.length; start++) {
    const isHere = words.every((word, index) => {
      const other = typed[start + index];
      const last = index === words.length - 1;
      return (
        other !== undefined &&
        !other.exact &&
        (other.word === word || (last && other.word === `${word}s`))
      );
    });
    if (isHere && words.length > 0) places.push({ start, end: start + words.length });
  }
  return places;
}

function conditionOf(candidate: Candidate, sides: Sides): Condition {
  const { noun, isBefore, start, end } = candidate;
  const { before, after, at } = sides;
  const [here = [], there] = isBefore ? [before, after] : [after[0], [before]];
  const { which, used, skipped } = whichOf(noun, here, start, end, after.length > 0);
  const rest = [...here.slice(0, start - skipped), ...here.slice(end + used)];
  const lists = there.length === 0 ? [rest] : there.map((words) => [...rest, ...words]);
  const target: Target = { kind: noun.kind, name: noun.name, which };
  const comparison = isBefore ? (sides.comparison ?? "=") : mirrored(sides.comparison ?? "=");
  const condition = wantedValues({ noun, target, comparison, lists, at });
  return sides.negations % 2 === 0 ? condition : denied(condition);
}

/** Which of several things: `used` words after the name, and `skipped` before it, say so. */
function whichOf(
  noun: Noun,
  words: readonly Word[],
  start: number,
  end: number,
  compared: boolean,
): { which: Which; used: number; skipped: number } {
  const before = words[start - 1];
  const quantifier = before === undefined || before.exact ? undefined : QUANTIFIERS[before.word];
  if (quantifier !== undefined) {
    return { which: noun.count === 1 ? 0 : quantifier, used: 0, skipped: 1 };
  }
  const amount = amountBefore(words.slice(0, start));
  if (amount !== null) return { which: amount.amount, used: 0, skipped: amount.words };
  const after = words[end];
  const isNumber = after !== undefined && !after.exact && /^\d+$/.test(after.word);
  const isValue = noun.count === 1 && !compared && end + 1 === words.length && start === 0;
  if (!isNumber || isValue) return { which: noun.count === 1 ? 0 : "any", used: 0, skipped: 0 };
  const index = Number(after.word);
  if (index < noun.count) return { which: index, used: 1, skipped: 0 };
  const most = noun.count - 1;
  const range = most === 0 ? "there is one only" : `they are numbered 0 to ${most}`;
  throw new ConditionProblem(after, `there is no ${noun.name} ${after.word}; ${range}`);
}

/** `3 > x` says what `x < 3` says. */
function mirrored(comparison: Comparison): Comparison {
  const other = { "<": ">", "<=": ">=", ">": "<", ">=": "<=" } as const;
  return comparison === "=" || comparison === "!=" ? comparison : other[comparison];
}

function denied(condition: Condition): Condition {
  if (condition.kind === "among") return { ...condition, none: !condition.none };
  return { kind: "not", of: condition };
}
