/**
 * Short spellings for programs, so that a lowering reads like what it makes.
 */
import type { BinaryOperator, Expression, Statement } from "./program.ts";

/** An expression, a number for a constant, or a name for a local. */
export type Term = Expression | number | string;

export function term(of: Term): Expression {
  if (typeof of === "number") return { kind: "constant", value: of };
  return typeof of === "string" ? { kind: "local", name: of } : of;
}

export function field(name: string, at: Term = 0): Expression {
  return { kind: "field", field: name, at: term(at) };
}

export function table(name: string, at: Term): Expression {
  return { kind: "table", table: name, at: term(at) };
}

export function binary(left: Term, operator: BinaryOperator, right: Term): Expression {
  return { kind: "binary", operator, left: term(left), right: term(right) };
}

export function not(of: Term): Expression {
  return { kind: "not", of: term(of) };
}

/** All of them hold; nothing to hold is true. */
export function all(...terms: readonly Term[]): Expression {
  return terms.map(term).reduce((left, right) => binary(left, "and", right), term(1));
}

/** One of them holds; of nothing, none does. */
export function some(...terms: readonly Term[]): Expression {
  return terms.map(term).reduce((left, right) => binary(left, "or", right));
}

export function stands(process: string, instance: Term, node: string): Expression {
  return { kind: "stands", process, instance: term(instance), node };
}

export function local(name: string, value: Term): Statement {
  return { kind: "local", name, value: term(value) };
}

export function set(name: string, at: Term, value: Term): Statement {
  return { kind: "set", field: name, at: term(at), value: term(value) };
}

export function when(
  condition: Term,
  then: readonly Statement[],
  otherwise: readonly Statement[] = [],
): Statement {
  return { kind: "if", condition: term(condition), then, otherwise };
}

export function loop(name: string, from: Term, to: Term, body: readonly Statement[]): Statement {
  return { kind: "for", local: name, from: term(from), to: term(to), body };
}

export function goto(node: string): Statement {
  return { kind: "goto", node };
}

export function run(process: string, instance: Term, node: string): Statement {
  return { kind: "run", process, instance: term(instance), node };
}

export function judge(property: string, applies: Term, violated: Term): Statement {
  return { kind: "judge", property, applies: term(applies), violated: term(violated) };
}

export function cover(index: Term): Statement {
  return { kind: "cover", index: term(index) };
}

export const block: Statement = { kind: "block" };
export const leave: Statement = { kind: "break" };
