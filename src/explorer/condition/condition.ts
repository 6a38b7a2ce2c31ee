/**
 * A condition on a state of a program: what somebody who explores a model looks for.
 *
 * It is data. Text becomes it in parse.ts and comes of it in print.ts; evaluate.ts says whether it
 * holds in a state, and expression.ts makes of it what the checker searches for.
 */

/**
 * Whether the condition is about one of several things, about any or every one of them, or about
 * how many there are of which it holds.
 */
export type Which = number | "any" | "every" | Amount;

/** `at least 2`: how the number of things compares */
export interface Amount {
  readonly comparison: Exclude<Comparison, "!=">;
  readonly number: number;
}

export const COMPARISONS = ["=", "!=", "<", "<=", ">", ">="] as const;
export type Comparison = (typeof COMPARISONS)[number];

/** Something with a value: an element of a field, or where an instance of a process stands. */
export interface Target {
  readonly kind: "field" | "process";
  readonly name: string;
  readonly which: Which;
}

export type Condition =
  | { readonly kind: "and"; readonly left: Condition; readonly right: Condition }
  | { readonly kind: "or"; readonly left: Condition; readonly right: Condition }
  | { readonly kind: "not"; readonly of: Condition }
  /** about a field whose values are plain numbers */
  | {
      readonly kind: "compare";
      readonly target: Target;
      readonly comparison: Comparison;
      readonly value: number;
    }
  /**
   * The value is one of these, or none of them. Values of processes are their rests, by their
   * number among them; never empty, in increasing order.
   */
  | {
      readonly kind: "among";
      readonly target: Target;
      readonly values: readonly number[];
      readonly none: boolean;
    };
