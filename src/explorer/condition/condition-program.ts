/**
 * A program in which a search finds the shortest way to a state that satisfies a condition.
 *
 * Its only property is that the condition never holds, so what breaks it is what is looked for. It
 * begins where the search is to begin. Of the program's symmetries those stay that the condition
 * cannot tell of (blind-symmetries.ts). There is no partial-order reduction: it leaves out orders
 * of steps that make no difference to the program's own properties, and with them states that a
 * condition may be about; which steps a condition can see is not worked out.
 */
import { onlyProperties } from "../../check/only-properties.ts";
import { judge, term } from "../../check/program/build.ts";
import type { Program } from "../../check/program/program.ts";
import type { ProgramState } from "../../check/program/state.ts";
import { blindSymmetries } from "./blind-symmetries.ts";
import type { Condition } from "./condition.ts";
import { expressionOf } from "./expression.ts";

/** Name of the property that is broken where the condition holds. */
export const CONDITION = "condition";

/** @param from the state that a search begins with */
export function conditionProgram(
  program: Program,
  condition: Condition,
  from: ProgramState,
): Program {
  const silent = onlyProperties(program, new Set());
  return {
    ...silent,
    fields: silent.fields.map((field) => ({ ...field, initial: from.fields[field.name] ?? [] })),
    processes: silent.processes.map((process) => {
      const begins = from.nodes[process.name];
      return begins === undefined ? process : { ...process, begins };
    }),
    properties: [{ name: CONDITION, promise: "always" }],
    everyState: [judge(CONDITION, term(1), expressionOf(program, condition))],
    liveness: [],
    symmetries: blindSymmetries(program, condition),
  };
}
