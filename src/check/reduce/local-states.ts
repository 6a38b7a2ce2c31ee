/**
 * What a property of states may read if fewer states are to do: one element at a time.
 *
 * Whatever value an element ever has was written by a step, and steps are kept with all that they
 * write. Two elements, however, need not have the same values at the same time as before.
 */
import type { Expression, Program, Statement } from "../program/program.ts";
import { partsOf } from "../program/walk.ts";
import { Inseparable } from "./inseparable.ts";

/** @throws Inseparable if some property of states reads more than that, or in another way */
export function requireLocalStates({ everyState }: Pick<Program, "everyState">): void {
  for (const statement of everyState) requireLocal(statement);
}

function requireLocal(statement: Statement): void {
  if (statement.kind === "for" && reads(statement.from) + reads(statement.to) === 0) {
    for (const inner of statement.body) requireLocal(inner);
    return;
  }
  const { kind } = statement;
  if (kind === "judge" && reads(statement.applies) + reads(statement.violated) <= 1) return;
  throw new Inseparable("a property of states reads more than one thing at a time");
}

/** How many elements an expression reads, at the most. */
function reads(expression: Expression): number {
  const own = expression.kind === "field" || expression.kind === "stands" ? 1 : 0;
  return partsOf(expression).reduce((sum, part) => sum + reads(part), own);
}
