/**
 * A condition as text that means it, spelled as counterexamples spell names where that is clear.
 *
 * A name that would be understood otherwise stands in quotes. Names with quotation marks of their
 * own cannot be said; no program has one.
 */
import { isDeepStrictEqual } from "node:util";
import { amountText } from "./amount.ts";
import type { Condition } from "./condition.ts";
import { parseCondition } from "./parse.ts";
import { labelOf, type Noun, type Vocabulary } from "./vocabulary.ts";

export function printCondition(condition: Condition, vocabulary: Vocabulary): string {
  switch (condition.kind) {
    case "or":
      return sides(condition, vocabulary, ["not", "and", "or"], ["not", "and"]);
    case "and":
      return sides(condition, vocabulary, ["not", "and"], ["not"]);
    case "not":
      return `not ${within(condition.of, vocabulary, ["not"])}`;
    default:
      return printAtom(condition, vocabulary);
  }
}

type Joined = Extract<Condition, { kind: "and" | "or" }>;
type Kinds = readonly Condition["kind"][];

/** @param left kinds that need no parentheses there */
function sides(condition: Joined, vocabulary: Vocabulary, left: Kinds, right: Kinds): string {
  const first = within(condition.left, vocabulary, left);
  return `${first} ${condition.kind} ${within(condition.right, vocabulary, right)}`;
}

function within(condition: Condition, vocabulary: Vocabulary, bare: Kinds): string {
  const text = printCondition(condition, vocabulary);
  const isAtom = condition.kind === "compare" || condition.kind === "among";
  return isAtom || bare.includes(condition.kind) ? text : `(${text})`;
}

type Atom = Extract<Condition, { kind: "compare" | "among" }>;

function printAtom(atom: Atom, vocabulary: Vocabulary): string {
  const { kind, name } = atom.target;
  const noun = vocabulary.find((each) => each.kind === kind && each.name === name);
  if (noun === undefined) throw new RangeError(`there is no ${kind} ${name}`);
  const plain = spelled(atom, noun, (text) => text);
  const parsed = parseCondition(plain, vocabulary);
  const isClear = parsed.kind === "condition" && isDeepStrictEqual(parsed.condition, atom);
  return isClear ? plain : spelled(atom, noun, (text) => `"${text}"`);
}

function spelled(atom: Atom, noun: Noun, quoted: (name: string) => string): string {
  const { which } = atom.target;
  const called: Noun = { ...noun, name: quoted(noun.name) };
  const many = typeof which === "object" ? amountText(which) : which;
  const label = typeof which === "number" ? labelOf(called, which) : `${many} ${called.name}`;
  if (atom.kind === "compare") return `${label} ${atom.comparison} ${atom.value}`;
  const names = atom.values.map((value) => quoted(noun.values?.[value]?.name ?? ""));
  return `${label} ${atom.none ? "!=" : "="} ${names.join(" | ")}`;
}
