/**
 * Expressions of a program as C, over `next` (the state in the making) and `my` (the locals).
 */
import type { BinaryOperator, Expression } from "../program/program.ts";
import { nameOf } from "./promela-names.ts";
import type { LocalScope, Scope } from "./promela-scope.ts";

/** What an expression is read in. */
export interface Reading {
  readonly scope: Scope;
  readonly locals: LocalScope;
  /** instances of the running process, which `self` is below; 0: there is none */
  readonly instances: number;
}

/** The C text; anything but a plain value stands in parentheses. */
function expressionText(expression: Expression, reading: Reading): string {
  const text = (of: Expression) => expressionText(of, reading);
  switch (expression.kind) {
    case "constant":
      return constantText(expression.value);
    case "local":
      return `my->${nameOf(reading.locals.members, expression.name, "local")}`;
    case "field": {
      const { name, count } = fieldOf(reading.scope, expression.field);
      return `next.${name}[${indexText(expression.at, count, reading)}]`;
    }
    case "table": {
      const table = reading.scope.tables.get(expression.table);
      if (table === undefined) throw new Error(`internal: no table ${expression.table}`);
      return `${table.name}[${indexText(expression.at, table.length, reading)}]`;
    }
    case "not":
      return `!${text(expression.of)}`;
    case "binary": {
      const [left, right] = [text(expression.left), text(expression.right)];
      return binaryText(left, expression.operator, right);
    }
    case "stands": {
      const other = reading.scope.processes.get(expression.process);
      if (other === undefined) throw new Error(`internal: no process ${expression.process}`);
      const index = indexText(expression.instance, other.process.instances, reading);
      const rest = other.rests.get(expression.node);
      return rest === undefined ? "0" : `(next.${other.at}[${index}] == ${rest})`;
    }
  }
}

/** As {@link expressionText}, for where C does not need the outer parentheses. */
export function bareText(expression: Expression, reading: Reading): string {
  const text = expressionText(expression, reading);
  const enclosed = expression.kind === "binary" || expression.kind === "stands";
  return enclosed && text.startsWith("(") ? text.slice(1, -1) : text;
}

/** Name and sizes of a field that the program must have. */
export function fieldOf(scope: Scope, key: string): { name: string; count: number; size: number } {
  const entry = scope.fields.get(key);
  if (entry === undefined) throw new Error(`internal: a program has no field ${key}`);
  return { name: entry.name, count: entry.field.count, size: entry.field.size };
}

/** An index, checked where it is not plain to see that it is within. */
export function indexText(at: Expression, count: number, reading: Reading): string {
  const text = expressionText(at, reading);
  return isWithin(at, count, reading) ? text : `within(${text}, ${count})`;
}

/** Whether a value is in [0, count) whatever the state. */
export function isWithin(value: Expression, count: number, { instances }: Reading): boolean {
  if (value.kind === "constant") return value.value >= 0 && value.value < count;
  return value.kind === "local" && value.name === "self" && instances > 0 && instances <= count;
}

/** The smallest number cannot be written as one literal. */
function constantText(value: number): string {
  if (value >= 0) return String(value);
  return value === -(2 ** 31) ? "(-2147483647 - 1)" : `(${value})`;
}

function binaryText(left: string, operator: BinaryOperator, right: string): string {
  switch (operator) {
    case "/":
      return `divide(${left}, ${right})`;
    case "%":
      return `remainder_of(${left}, ${right})`;
    case "and":
      return `(${left} && ${right})`;
    case "or":
      return `(${left} || ${right})`;
    case "<<":
    case ">>":
      return `(${left} ${operator} ${/^\d$/.test(right) ? right : `(${right} & 31)`})`;
    default:
      return `(${left} ${operator} ${right})`;
  }
}
