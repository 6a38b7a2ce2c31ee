/**
 * What a condition means: in the explorer, in a program that is searched for it, and as somebody
 * reads it who looks at the state as it is printed.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { initialState, inspectState, successorsOf } from "../../../src/check/program/interpret.ts";
import type { Program } from "../../../src/check/program/program.ts";
import type { ProgramState } from "../../../src/check/program/state.ts";
import type { Condition } from "../../../src/explorer/condition/condition.ts";
import { conditionProgram } from "../../../src/explorer/condition/condition-program.ts";
import { holdsIn } from "../../../src/explorer/condition/evaluate.ts";
import { vocabularyOf } from "../../../src/explorer/condition/vocabulary.ts";
import { programFacts } from "../../../src/explorer/session/facts.ts";
import { PROGRAMS } from "../support/explored-programs.ts";
import { someCondition } from "../support/some-condition.ts";

function walk(program: Program, turns: readonly number[]): ProgramState {
  return turns.reduce((state, turn) => {
    const successors = successorsOf(program, state).filter(({ failure }) => failure === null);
    return successors[turn % Math.max(1, successors.length)]?.state ?? state;
  }, initialState(program));
}

/** Reads the printed state: labels and values, and nothing of how a condition is stored. */
function read(program: Program, condition: Condition, state: ProgramState): boolean {
  if (condition.kind === "and" || condition.kind === "or") {
    const left = read(program, condition.left, state);
    const right = read(program, condition.right, state);
    return condition.kind === "and" ? left && right : left || right;
  }
  if (condition.kind === "not") return !read(program, condition.of, state);
  const { kind, name, which } = condition.target;
  const noun = vocabularyOf(program).find((each) => each.kind === kind && each.name === name);
  const facts = programFacts(program, state);
  const alike = facts.filter(
    ({ what }) =>
      what === name || (what.startsWith(name) && /^(\[\d+\]| \d+)$/.test(what.slice(name.length))),
  );
  const own = alike.filter(
    ({ what }) => (kind === "field") === (what === name || /\]$/.test(what)),
  );
  const shown = (noun?.count === 1 ? alike.slice(kind === "field" ? -1 : 0) : own).slice(
    0,
    noun?.count,
  );
  const isRight = (value: string) => {
    if (condition.kind === "among") {
      const names = condition.values.map((number) => noun?.values?.[number]?.name);
      return names.includes(value) !== condition.none;
    }
    const [left, right] = [Number(value), condition.value];
    const truth = {
      "=": left === right,
      "!=": left !== right,
      "<": left < right,
      "<=": left <= right,
      ">": left > right,
      ">=": left >= right,
    };
    return truth[condition.comparison];
  };
  const verdicts = shown.map(({ value }) => isRight(value));
  if (which === "any") return verdicts.includes(true);
  if (which === "every") return !verdicts.includes(false);
  if (typeof which === "number") return verdicts[which] === true;
  const many = verdicts.filter((verdict) => verdict).length;
  const { comparison, number } = which;
  if (comparison === "=") return many === number;
  if (comparison === "<" || comparison === "<=")
    return many < number + (comparison === "<" ? 0 : 1);
  return many > number - (comparison === ">" ? 0 : 1);
}

describe.each([...PROGRAMS])("a condition on %s", (_, program) => {
  const vocabulary = vocabularyOf(program);

  it("means the same to explorer, checker and reader", () => {
    fc.assert(
      fc.property(
        someCondition(vocabulary),
        fc.array(fc.nat({ max: 99 }), { maxLength: 12 }),
        (condition, turns) => {
          const state = walk(program, turns);
          const holds = holdsIn(program, condition, state);
          expect(read(program, condition, state)).toBe(holds);
          const searched = conditionProgram(program, condition, initialState(program));
          expect(inspectState(searched, state)).toEqual([
            { property: "condition", violated: holds },
          ]);
        },
      ),
      { numRuns: 150 },
    );
  });
});
