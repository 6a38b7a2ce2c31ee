/**
 * From text to a condition.
 *
 *     cluster 1 copied and reader 0 reading disk
 *     hook cluster[1] = "copied frozen=0" and not (image disk.raw[1] = 2 or any guest idle)
 *
 * `and` binds closer than `or`, and `not` closer than both. What stands between them is an atom
 * (atom.ts): it is forgiving about order, punctuation and parts of names.
 */
import { parseAtom } from "./atom.ts";
import type { Condition } from "./condition.ts";
import { ConditionProblem, type Problem } from "./problem.ts";
import { type Span, type Token, tokensOf } from "./tokens.ts";
import type { Vocabulary } from "./vocabulary.ts";

export type Parsed =
  | { readonly kind: "condition"; readonly condition: Condition }
  | { readonly kind: "problem"; readonly problem: Problem };

/** Characters of a condition, at the most. */
const LONGEST_CONDITION = 4096;
/** Parentheses and negations within each other, at the most. */
const DEEPEST = 64;

export function parseCondition(text: string, vocabulary: Vocabulary): Parsed {
  try {
    if (text.length > LONGEST_CONDITION) {
      const at = { from: LONGEST_CONDITION, to: text.length };
      throw new ConditionProblem(at, `a condition has up to ${LONGEST_CONDITION} characters`);
    }
    const parser = new Parser(tokensOf(text), vocabulary, text.length);
    return { kind: "condition", condition: parser.whole() };
  } catch (error) {
    if (error instanceof ConditionProblem) return { kind: "problem", problem: error.problem };
    throw error;
  }
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #vocabulary: Vocabulary;
  readonly #length: number;
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], vocabulary: Vocabulary, length: number) {
    this.#tokens = tokens;
    this.#vocabulary = vocabulary;
    this.#length = length;
  }

  whole(): Condition {
    const condition = this.#either();
    const left = this.#peek();
    if (left === undefined) return condition;
    throw new ConditionProblem(left, "nothing opened this parenthesis");
  }

  #either(): Condition {
    let left = this.#both();
    while (this.#take("or")) left = { kind: "or", left, right: this.#both() };
    return left;
  }

  #both(): Condition {
    let left = this.#negated();
    while (this.#take("and")) left = { kind: "and", left, right: this.#negated() };
    return left;
  }

  #negated(): Condition {
    const at = this.#peek() ?? this.#end();
    if (++this.#depth > DEEPEST) {
      throw new ConditionProblem(at, `only ${DEEPEST} parentheses may lie within each other`);
    }
    const condition = this.#take("not")
      ? ({ kind: "not", of: this.#negated() } as const)
      : this.#single();
    this.#depth--;
    return condition;
  }

  #single(): Condition {
    const opening = this.#peek();
    if (!this.#take("(")) return this.#atom();
    const condition = this.#either();
    if (this.#take(")")) return condition;
    const at = this.#peek() ?? opening ?? this.#end();
    throw new ConditionProblem(at, "a parenthesis is not closed; or 'and' or 'or' is missing");
  }

  #atom(): Condition {
    const first = this.#next;
    while (isOfAtom(this.#peek())) this.#next++;
    const tokens = this.#tokens.slice(first, this.#next);
    const after = this.#peek();
    if (tokens.length === 0) {
      const what = after === undefined ? "something is missing at the end" : "something is missing";
      throw new ConditionProblem(after ?? this.#end(), `${what}: say what is to hold`);
    }
    if (after?.kind === "(") {
      throw new ConditionProblem(after, "'and' or 'or' is missing before this parenthesis");
    }
    return parseAtom(tokens, this.#vocabulary);
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#next];
  }

  #take(kind: Token["kind"]): boolean {
    if (this.#peek()?.kind !== kind) return false;
    this.#next++;
    return true;
  }

  #end(): Span {
    return { from: this.#length, to: this.#length };
  }
}

function isOfAtom(token: Token | undefined): boolean {
  return token !== undefined && !["and", "or", "(", ")"].includes(token.kind);
}
