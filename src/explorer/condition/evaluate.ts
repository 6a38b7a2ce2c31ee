/**
 * Whether a condition holds in a state.
 */
import { restsOf } from "../../check/program/nodes.ts";
import type { Program } from "../../check/program/program.ts";
import type { ProgramState } from "../../check/program/state.ts";
import { compares } from "./compares.ts";
import type { Condition, Target } from "./condition.ts";

export function holdsIn(program: Program, condition: Condition, state: ProgramState): boolean {
  switch (condition.kind) {
    case "and":
      return holdsIn(program, condition.left, state) && holdsIn(program, condition.right, state);
    case "or":
      return holdsIn(program, condition.left, state) || holdsIn(program, condition.right, state);
    case "not":
      return !holdsIn(program, condition.of, state);
    case "compare": {
      const { target, comparison, value } = condition;
      return ofWhich(program, target, state, (found) => compares(found, comparison, value));
    }
    case "among": {
      const { target, values, none } = condition;
      return ofWhich(program, target, state, (found) => values.includes(found) !== none);
    }
  }
}

function ofWhich(
  program: Program,
  { kind, name, which }: Target,
  state: ProgramState,
  test: (value: number) => boolean,
): boolean {
  const values = kind === "field" ? (state.fields[name] ?? []) : placesOf(program, name, state);
  if (which === "any") return values.some(test);
  if (which === "every") return values.every(test);
  if (typeof which === "object") {
    return compares(values.filter(test).length, which.comparison, which.number);
  }
  const value = values[which];
  if (value === undefined) throw new RangeError(`there is no ${name} ${which}`);
  return test(value);
}

function placesOf({ processes }: Program, name: string, state: ProgramState): number[] {
  const process = processes.find((each) => each.name === name);
  const rests = process === undefined ? [] : restsOf(process);
  return (state.nodes[name] ?? []).map((node) => rests.indexOf(node));
}
