/**
 * JavaScript for the operators of programs, and the range of what comes out.
 *
 * Constants are folded, comparisons that the ranges decide vanish. A sum or product that may leave
 * 32 bits has an unknown range, and so does everything that is not worth knowing better.
 */
import { calculate } from "../program/calculate.ts";
import type { BinaryOperator } from "../program/program.ts";
import { constant, constantOf, HIGHEST, LOWEST, ranged, type Value } from "./value.ts";

/** Operators whose result is a number; the others are compiled by {@link compare}. */
export function arithmetic(operator: BinaryOperator, left: Value, right: Value): Value {
  const [a, b] = [constantOf(left), constantOf(right)];
  if (a !== null && b !== null) return constant(calculate(operator, a, b));
  const [low, high] = rangeOf(operator, left, right);
  return ranged(codeOf(operator, left, right), low, high);
}

/** A comparison as JavaScript's true or false, or a boolean where the ranges decide it. */
export function compare(operator: BinaryOperator, left: Value, right: Value): string | boolean {
  switch (operator) {
    case "==":
      return sameness(left, right) ?? `${left.code} === ${right.code}`;
    case "!=": {
      const same = sameness(left, right);
      return same === null ? `${left.code} !== ${right.code}` : !same;
    }
    case "<":
      return order(left.high < right.low, left.low >= right.high, left, "<", right);
    case "<=":
      return order(left.high <= right.low, left.low > right.high, left, "<=", right);
    case ">":
      return order(left.low > right.high, left.high <= right.low, left, ">", right);
    default:
      return order(left.low >= right.high, left.high < right.low, left, ">=", right);
  }
}

function order(
  always: boolean,
  never: boolean,
  left: Value,
  operator: string,
  right: Value,
): string | boolean {
  if (always || never) return always;
  return `${left.code} ${operator} ${right.code}`;
}

function sameness(left: Value, right: Value): boolean | null {
  if (left.high < right.low || right.high < left.low) return false;
  return constantOf(left) !== null && constantOf(right) !== null ? true : null;
}

function codeOf(operator: BinaryOperator, left: Value, right: Value): string {
  const [a, b] = [left.code, right.code];
  switch (operator) {
    case "+":
    case "-":
      return `(${a} ${operator} ${b} | 0)`;
    case "*":
      return `Math.imul(${a}, ${b})`;
    case "/":
      return quotient(left, right);
    case "%":
      return remainder(left, right);
    default:
      return `(${a} ${operator} ${b})`;
  }
}

/** JavaScript rounds towards 0, which is the same for numbers that are not negative. */
function quotient(left: Value, right: Value): string {
  const by = constantOf(right);
  if (by !== null && isPowerOfTwo(by)) return `(${left.code} >> ${31 - Math.clz32(by)})`;
  if (left.low >= 0 && right.low >= 0) return `(${left.code} / ${right.code} | 0)`;
  return `(Math.floor(${left.code} / ${right.code}) | 0)`;
}

function remainder(left: Value, right: Value): string {
  const by = constantOf(right);
  if (by !== null && isPowerOfTwo(by)) return `(${left.code} & ${by - 1})`;
  if (left.low >= 0 && right.low >= 0) return `(${left.code} % ${right.code} | 0)`;
  return `(${left.code} - Math.floor(${left.code} / ${right.code}) * ${right.code} | 0)`;
}

function isPowerOfTwo(value: number): boolean {
  return value > 0 && (value & (value - 1)) === 0;
}

function rangeOf(operator: BinaryOperator, left: Value, right: Value): [number, number] {
  switch (operator) {
    case "+":
      return within([left.low + right.low, left.high + right.high]);
    case "-":
      return within([left.low - right.high, left.high - right.low]);
    case "*":
      return within(corners(left, right, (a, b) => a * b));
    case "/":
      return right.low > 0 ? within(corners(left, right, (a, b) => Math.floor(a / b))) : UNKNOWN;
    case "%":
      return right.low > 0 ? [0, right.high - 1] : UNKNOWN;
    case "&":
      return masked(left, right);
    case "|":
      return left.low >= 0 && right.low >= 0
        ? [Math.max(left.low, right.low), allOnes(Math.max(left.high, right.high))]
        : UNKNOWN;
    case "<<":
      return right.low >= 0 && right.high < 31
        ? within(corners(left, right, (a, b) => a * 2 ** b))
        : UNKNOWN;
    default:
      return right.low >= 0 && right.high < 32 ? corners(left, right, (a, b) => a >> b) : UNKNOWN;
  }
}

const UNKNOWN: [number, number] = [LOWEST, HIGHEST];

/** The smallest number of ones in binary that is not below `value`. */
function allOnes(value: number): number {
  return value === 0 ? 0 : 2 ** (32 - Math.clz32(value)) - 1;
}

function masked(left: Value, right: Value): [number, number] {
  const bounds = [left, right].filter(({ low }) => low >= 0).map(({ high }) => high);
  return bounds.length === 0 ? UNKNOWN : [0, Math.min(...bounds)];
}

function corners(
  left: Value,
  right: Value,
  of: (a: number, b: number) => number,
): [number, number] {
  const all = [left.low, left.high].flatMap((a) => [of(a, right.low), of(a, right.high)]);
  return [Math.min(...all), Math.max(...all)];
}

/** A range that leaves 32 bits wraps around to anything. */
function within([low, high]: [number, number]): [number, number] {
  return low >= LOWEST && high <= HIGHEST ? [low, high] : UNKNOWN;
}

/** 0 or 1 from a test. */
export function truth(test: string | boolean): Value {
  return typeof test === "boolean" ? constant(test ? 1 : 0) : ranged(`(${test} ? 1 : 0)`, 0, 1);
}

/** Whether a number is not 0. */
export function isTrue(value: Value): string | boolean {
  if (value.low > 0 || value.high < 0) return true;
  if (constantOf(value) === 0) return false;
  return `${value.code} !== 0`;
}
