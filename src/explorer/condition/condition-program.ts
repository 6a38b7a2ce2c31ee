/**
 * A program in which a search finds the shortest way to a state that satisfies a condition.
 *
 * Its only property is that the condition never holds, so what breaks it is what is looked for. A
 * condition can tell things apart that the program's symmetries call alike; none are left.
 */
import { onlyProperties } from "../../check/only-properties.ts";
import { judge, term } from "../../check/program/build.ts";
import type { Program } from "../../check/program/program.ts";
import type { Condition } from "./condition.ts";
import { expressionOf } from "./expression.ts";

/** Name of the property that is broken where the condition holds. */
export const CONDITION = "condition";

export function conditionProgram(program: Program, condition: Condition): Program {
  const silent = onlyProperties(program, new Set());
  return {
    ...silent,
    properties: [{ name: CONDITION, promise: "always" }],
    everyState: [judge(CONDITION, term(1), expressionOf(program, condition))],
    liveness: [],
    symmetries: [],
  };
}
