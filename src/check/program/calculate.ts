/**
 * What the operators of programs mean: 32-bit integers that wrap around, and division that rounds
 * down, so that `a == a / b * b + a % b`. Dividing by 0 gives 0.
 */
import type { BinaryOperator } from "./program.ts";

export function calculate(operator: BinaryOperator, left: number, right: number): number {
  switch (operator) {
    case "+":
      return (left + right) | 0;
    case "-":
      return (left - right) | 0;
    case "*":
      return Math.imul(left, right);
    case "/":
      return right === 0 ? 0 : Math.floor(left / right) | 0;
    case "%":
      return right === 0 ? 0 : (left - Math.floor(left / right) * right) | 0;
    case "&":
      return left & right;
    case "|":
      return left | right;
    case "<<":
      return left << right;
    case ">>":
      return left >> right;
    default:
      return decide(operator, left, right) ? 1 : 0;
  }
}

function decide(operator: BinaryOperator, left: number, right: number): boolean {
  switch (operator) {
    case "==":
      return left === right;
    case "!=":
      return left !== right;
    case "<":
      return left < right;
    case "<=":
      return left <= right;
    case ">":
      return left > right;
    case ">=":
      return left >= right;
    case "and":
      return left !== 0 && right !== 0;
    default:
      return left !== 0 || right !== 0;
  }
}
