/** Ways through the trees of programs. */
import type { Expression, Statement } from "./program.ts";

/** All statements of a body, those inside others included. */
export function statementsIn(body: readonly Statement[]): Statement[] {
  const found: Statement[] = [];
  collect(body, found);
  return found;
}

/** Bodies are thousands of statements, deeply nested: one list takes them all. */
function collect(body: readonly Statement[], found: Statement[]): void {
  for (const statement of body) {
    found.push(statement);
    if (statement.kind === "if") {
      collect(statement.then, found);
      collect(statement.otherwise, found);
    } else if (statement.kind === "for") collect(statement.body, found);
  }
}

/** The expressions that a statement itself evaluates. */
export function expressionsOf(statement: Statement): Expression[] {
  switch (statement.kind) {
    case "local":
      return [statement.value];
    case "set":
      return [statement.at, statement.value];
    case "if":
      return [statement.condition];
    case "for":
      return [statement.from, statement.to];
    case "run":
      return [statement.instance];
    case "judge":
      return [statement.applies, statement.violated];
    case "cover":
      return [statement.index];
    default:
      return [];
  }
}

/** The expressions that an expression is made of. */
export function partsOf(expression: Expression): Expression[] {
  switch (expression.kind) {
    case "field":
    case "table":
      return [expression.at];
    case "not":
      return [expression.of];
    case "binary":
      return [expression.left, expression.right];
    case "stands":
      return [expression.instance];
    default:
      return [];
  }
}

/** Locals that a body sets, loops included. */
export function localsSet(body: readonly Statement[]): string[] {
  return statementsIn(body).flatMap((statement) => {
    if (statement.kind === "local") return [statement.name];
    return statement.kind === "for" ? [statement.local] : [];
  });
}
