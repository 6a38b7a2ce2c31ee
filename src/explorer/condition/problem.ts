/**
 * What keeps a text from being a condition: where, why, and what may have been meant.
 */
import type { Span } from "./tokens.ts";

export interface Problem {
  readonly at: Span;
  /** one line */
  readonly message: string;
  /** names that may have been meant, the nearest first */
  readonly near: readonly string[];
}

/** Thrown on the way through a text, and caught where the way began. */
export class ConditionProblem extends Error {
  readonly problem: Problem;

  constructor(at: Span, message: string, near: readonly string[] = []) {
    const hint = near.length === 0 ? "" : `; near that: ${near.join(", ")}`;
    super(`${message}${hint}`);
    const { from, to } = at;
    this.problem = { at: { from, to }, message: `${message}${hint}`, near };
  }
}
