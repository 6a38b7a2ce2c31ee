/**
 * What a thing is to be, said in words: a number, or some of the names that its values have.
 */
import { compares } from "./compares.ts";
import type { Comparison, Condition, Target } from "./condition.ts";
import { nearNames } from "./near-names.ts";
import { ConditionProblem } from "./problem.ts";
import { type Span, spanOf, type Word } from "./tokens.ts";
import type { Noun, NounValue } from "./vocabulary.ts";
import { findWords, wordsOf } from "./words.ts";

export interface Wanted {
  readonly noun: Noun;
  readonly target: Target;
  readonly comparison: Comparison;
  /** the words of every alternative; at least one alternative */
  readonly lists: readonly (readonly Word[])[];
  /** of the whole atom */
  readonly at: Span;
}

/** @throws ConditionProblem */
export function wantedValues(wanted: Wanted): Condition {
  const { noun, target, lists } = wanted;
  if (noun.values === null) {
    const conditions = lists.map((words): Condition => numberCondition(wanted, words));
    return conditions.reduce((left, right) => ({ kind: "or", left, right }));
  }
  const { values } = noun;
  const { comparison } = wanted;
  const found = lists.flatMap((words) => namedValues(wanted, values, words));
  const sorted = [...new Set(found)].sort((one, other) => one - other);
  return { kind: "among", target, values: sorted, none: comparison === "!=" };
}

function numberCondition({ noun, target, comparison, at }: Wanted, words: readonly Word[]) {
  const [first, second] = words;
  if (first === undefined) {
    throw new ConditionProblem(at, `say what ${noun.name} is to be: 0 to ${noun.size - 1}`);
  }
  if (second !== undefined || !/^\d+$/.test(first.word)) {
    const said = words.map(({ word }) => word).join(" ");
    throw new ConditionProblem(
      spanOf(words, at),
      `${noun.name} is a number from 0 to ${noun.size - 1}, and never '${said}'`,
    );
  }
  const value = Number(first.word);
  if (value >= noun.size && (comparison === "=" || comparison === "!=")) {
    throw new ConditionProblem(first, `${noun.name} is never more than ${noun.size - 1}`);
  }
  return { kind: "compare", target, comparison, value } as const;
}

/** The numbers of the values that some words stand for. */
function namedValues(
  { noun, comparison, at }: Wanted,
  values: readonly NounValue[],
  words: readonly Word[],
): number[] {
  const names = values.map(({ name }) => name);
  if (words.length === 0) {
    throw new ConditionProblem(at, `say what ${noun.name} is to be: ${listText(names)}`);
  }
  const matching = comparison === "=" || comparison === "!=" ? named : ordered(comparison);
  const found = matching(values, words);
  if (found.length > 0) return found;
  const said = words.map(({ word }) => word).join(" ");
  const near = nearNames(
    words.map(({ word }) => word),
    names,
  );
  const known = near.length > 0 ? "" : `; it is one of: ${listText(names)}`;
  throw new ConditionProblem(spanOf(words, at), `${noun.name} is never '${said}'${known}`, near);
}

function named(values: readonly NounValue[], words: readonly Word[]): number[] {
  const [first] = words;
  if (first?.exact && words.length === 1)
    return numbersOf(values, ({ name }) => name === first.word);
  const wanted = words.flatMap(({ word, exact }) => (exact ? wordsOf(word) : [word]));
  const whole = numbersOf(
    values,
    (value) => value.words.length === wanted.length && findWords(value.words, wanted) === 0,
  );
  return whole.length > 0
    ? whole
    : numbersOf(
        values,
        (value) => findWords(value.words, wanted) >= 0 || value.synonym === wanted.join(" "),
      );
}

/** `frozen > 0`: a number in the name, after the words before it. */
function ordered(comparison: Comparison) {
  return (values: readonly NounValue[], words: readonly Word[]): number[] => {
    const wanted = words.slice(0, -1).map(({ word }) => word);
    const bound = words.at(-1)?.word ?? "";
    if (!/^\d+$/.test(bound)) return [];
    return numbersOf(values, (value) => {
      const place = findWords(value.words, wanted);
      const number = value.words[place + wanted.length] ?? "";
      return place >= 0 && /^\d+$/.test(number) && compares(Number(number), comparison, +bound);
    });
  };
}

function numbersOf(values: readonly NounValue[], isMeant: (value: NounValue) => boolean): number[] {
  return values.flatMap((value, number) => (isMeant(value) ? [number] : []));
}

/** Names, as many as one reads. */
function listText(names: readonly string[]): string {
  const MOST = 12;
  const rest = names.length - MOST;
  return names.slice(0, MOST).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}
