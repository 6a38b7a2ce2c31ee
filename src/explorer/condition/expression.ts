/**
 * A condition as an expression of the program that it is about.
 */

import { all, binary, field, not, some, stands, term } from "../../check/program/build.ts";
import { restsOf } from "../../check/program/nodes.ts";
import type { Expression, Program } from "../../check/program/program.ts";
import { operatorOf } from "./compares.ts";
import type { Condition, Target } from "./condition.ts";

export function expressionOf(program: Program, condition: Condition): Expression {
  switch (condition.kind) {
    case "and":
    case "or": {
      const [left, right] = [condition.left, condition.right];
      return binary(expressionOf(program, left), condition.kind, expressionOf(program, right));
    }
    case "not":
      return not(expressionOf(program, condition.of));
    case "compare": {
      const { target, comparison, value } = condition;
      return ofWhich(program, target, (index) =>
        binary(field(target.name, index), operatorOf(comparison), value),
      );
    }
    case "among": {
      const { target, values, none } = condition;
      return ofWhich(program, target, (index) => {
        const is = values.map((value) => isValue(program, target, index, value));
        return none ? not(some(...is)) : some(...is);
      });
    }
  }
}

function isValue(program: Program, target: Target, index: number, value: number): Expression {
  const { kind, name } = target;
  if (kind === "field") return binary(field(name, index), "==", value);
  const process = program.processes.find((each) => each.name === name);
  const rest = process === undefined ? undefined : restsOf(process)[value];
  return rest === undefined ? term(0) : stands(name, index, rest);
}

function ofWhich(
  program: Program,
  { kind, name, which }: Target,
  test: (index: number) => Expression,
): Expression {
  if (typeof which === "number") return test(which);
  const { processes, fields } = program;
  const count =
    kind === "field"
      ? fields.find((each) => each.name === name)?.count
      : processes.find((each) => each.name === name)?.instances;
  const tests = Array.from({ length: count ?? 0 }, (_, index) => test(index));
  if (typeof which === "object") {
    const many = tests.reduce((sum, test) => binary(sum, "+", test), term(0));
    return binary(many, operatorOf(which.comparison), which.number);
  }
  return which === "any" ? some(...tests) : all(...tests);
}
