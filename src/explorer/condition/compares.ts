/**
 * Comparisons of conditions, as operators of programs: what a search compares and what is said of
 * a state are the same.
 */
import { calculate } from "../../check/program/calculate.ts";
import type { BinaryOperator } from "../../check/program/program.ts";
import type { Comparison } from "./condition.ts";

export function operatorOf(comparison: Comparison): BinaryOperator {
  return comparison === "=" ? "==" : comparison;
}

export function compares(left: number, comparison: Comparison, right: number): boolean {
  return calculate(operatorOf(comparison), left, right) !== 0;
}
