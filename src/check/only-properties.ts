/**
 * A program that is judged by some of its properties only: the others are never spoken of.
 *
 * What remains takes exactly the same steps through exactly the same states.
 */

import { term, when } from "./program/build.ts";
import type { Alternative, Node, Program, Statement } from "./program/program.ts";

/** The property that every program has: that it never stands still without being done. */
export const NO_DEADLOCK = "no-deadlock";

/** @param only names of the properties that stay */
export function onlyProperties(program: Program, only: ReadonlySet<string>): Program {
  const kept = (statements: readonly Statement[]) => keepJudges(statements, only);
  const alternative = (of: Alternative): Alternative => ({ ...of, body: kept(of.body) });
  const node = (of: Node): Node =>
    of.kind === "pass"
      ? { ...of, body: kept(of.body) }
      : { ...of, alternatives: of.alternatives.map(alternative) };
  return {
    ...program,
    processes: program.processes.map((of) => ({ ...of, nodes: of.nodes.map(node) })),
    properties: program.properties.filter(({ name }) => only.has(name)),
    everyState: kept(program.everyState),
    liveness: program.liveness.filter(({ property }) => only.has(property)),
    final: only.has(NO_DEADLOCK) ? program.final : term(1),
  };
}

function keepJudges(statements: readonly Statement[], only: ReadonlySet<string>): Statement[] {
  return statements
    .filter((statement) => statement.kind !== "judge" || only.has(statement.property))
    .map((statement) => {
      if (statement.kind === "for") return { ...statement, body: keepJudges(statement.body, only) };
      if (statement.kind !== "if") return statement;
      const { condition, then, otherwise } = statement;
      return when(condition, keepJudges(then, only), keepJudges(otherwise, only));
    });
}
