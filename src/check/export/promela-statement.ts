/**
 * Statements of a program as C.
 *
 * A function of a node returns 1 when its instance has come to rest, 0 when the step cannot be
 * taken, and 2 when it left the program's bounds. It changes `next` only, so what it did is
 * forgotten unless the step is taken.
 */
import type { Statement } from "../program/program.ts";
import { bareText, fieldOf, indexText, isWithin, type Reading } from "./promela-expression.ts";
import { nameOf } from "./promela-names.ts";
import type { ProcessScope, Scope } from "./promela-scope.ts";

/** Who executes the statements. */
export interface Writing extends Reading {
  /** null: what is judged in every state, which changes nothing */
  readonly runner: ProcessScope | null;
}

export function writingOf(scope: Scope, runner: ProcessScope): Writing {
  return { scope, runner, locals: runner.locals, instances: runner.process.instances };
}

/** A function's body, one line of C each; no path runs out of its end. */
export function bodyLines(body: readonly Statement[], writing: Writing): string[] {
  const lines = body.flatMap((statement) => statementLines(statement, writing));
  if (endsAlways(body)) return lines;
  return [...lines, 'return leave_bounds("a path ends without goto or block");'];
}

/** Text as a C string that SPIN's preprocessor reads as well. */
function stringText(text: string): string {
  return `"${text.replace(/[\\"]/g, "'").replace(/[^ -~]/g, "?")}"`;
}

function endsAlways(body: readonly Statement[]): boolean {
  const last = body.at(-1);
  if (last === undefined) return false;
  if (last.kind === "if") return endsAlways(last.then) && endsAlways(last.otherwise);
  return last.kind === "goto" || last.kind === "block" || last.kind === "fail";
}

export function statementLines(statement: Statement, writing: Writing): string[] {
  const block = (body: readonly Statement[]) =>
    body.flatMap((inner) => statementLines(inner, writing)).map((line) => `  ${line}`);
  switch (statement.kind) {
    case "local": {
      const name = nameOf(writing.locals.members, statement.name, "local");
      return [`my->${name} = ${bareText(statement.value, writing)};`];
    }
    case "set":
      return [setLine(statement, writing)];
    case "if":
      return conditionLines(statement, writing, block);
    case "for": {
      const index = `my->${nameOf(writing.locals.members, statement.local, "local")}`;
      const [from, to] = [bareText(statement.from, writing), bareText(statement.to, writing)];
      return [
        "{",
        `  int from = ${from}, to = ${to}, at;`,
        "  for (at = from; at < to; at++) {",
        `    ${index} = at;`,
        ...block(statement.body).map((line) => `  ${line}`),
        "  }",
        "}",
      ];
    }
    case "break":
      return ["break;"];
    case "block":
      return ["return 0;"];
    case "fail":
      return [`return leave_bounds(${stringText(statement.message)});`];
    case "goto":
      return gotoLines(statement.node, writing);
    case "run":
      return runLines(statement, writing);
    case "judge": {
      const property = nameOf(writing.scope.properties, statement.property, "property");
      const judge = `judge(${property}, ${bareText(statement.violated, writing)});`;
      const { applies } = statement;
      if (applies.kind === "constant" && applies.value !== 0) return [judge];
      return [`if (${bareText(applies, writing)}) ${judge}`];
    }
    case "cover":
      return [];
  }
}

function setLine(statement: Extract<Statement, { kind: "set" }>, writing: Writing): string {
  const { name, count, size } = fieldOf(writing.scope, statement.field);
  const value = bareText(statement.value, writing);
  if (isWithin(statement.at, count, writing) && isWithin(statement.value, size, writing)) {
    return `next.${name}[${indexText(statement.at, count, writing)}] = ${value};`;
  }
  return `put(${name}, ${count}, ${size}, ${bareText(statement.at, writing)}, ${value})`;
}

function conditionLines(
  { condition, then, otherwise }: Extract<Statement, { kind: "if" }>,
  writing: Writing,
  block: (body: readonly Statement[]) => string[],
): string[] {
  const head = [`if (${bareText(condition, writing)}) {`, ...block(then)];
  if (otherwise.length === 0) return [...head, "}"];
  const [first, ...more] = otherwise;
  if (first?.kind !== "if" || more.length > 0) {
    return [...head, "} else {", ...block(otherwise), "}"];
  }
  const [next = "", ...rest] = conditionLines(first, writing, block);
  return [...head, `} else ${next}`, ...rest];
}

function gotoLines(node: string, { runner }: Writing): string[] {
  if (runner === null) throw new Error("internal: what is judged in every state goes nowhere");
  const rest = runner.rests.get(node);
  if (rest === undefined) return [`return ${nameOf(runner.passes, node, "node")}(my);`];
  return [`next.${runner.at}[my->self] = ${rest};`, "return 1;"];
}

function runLines(
  { process, instance, node }: Extract<Statement, { kind: "run" }>,
  writing: Writing,
): string[] {
  const other = writing.scope.processes.get(process);
  if (other === undefined) throw new Error(`internal: a program has no process ${process}`);
  const index = indexText(instance, other.process.instances, writing);
  const rest = other.rests.get(node);
  if (rest !== undefined) return [`next.${other.at}[${index}] = ${rest};`];
  const { structure } = other.locals;
  return [
    "{",
    `  struct ${structure} others = { .self = ${index} };`,
    `  int outcome = ${nameOf(other.passes, node, "node")}(&others);`,
    "  if (outcome != 1) return outcome;",
    "}",
  ];
}
