/** Random conditions on a program, for properties. */
import fc from "fast-check";
import {
  COMPARISONS,
  type Condition,
  type Target,
} from "../../../src/explorer/condition/condition.ts";
import type { Noun, Vocabulary } from "../../../src/explorer/condition/vocabulary.ts";

export function someCondition(vocabulary: Vocabulary): fc.Arbitrary<Condition> {
  const nouns = vocabulary.filter(({ size, values }) => values === null || size > 0);
  const atom = fc.constantFrom(...nouns).chain(someAtom);
  const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      atom,
      fc.record({
        kind: fc.constantFrom("and", "or"),
        left: tie("condition"),
        right: tie("condition"),
      }),
      fc.record({ kind: fc.constant("not"), of: tie("condition") }),
    ),
  }));
  return condition;
}

function someAtom({ kind, name, count, size, values }: Noun): fc.Arbitrary<Condition> {
  const index = fc.nat({ max: count - 1 });
  const amount = fc.record({
    comparison: fc.constantFrom("=", "<", "<=", ">", ">="),
    number: fc.nat({ max: count }),
  });
  const which =
    count === 1
      ? fc.constant(0)
      : fc.oneof(index, fc.constantFrom("any" as const, "every" as const), amount);
  const target: fc.Arbitrary<Target> = which.map((each) => ({ kind, name, which: each }));
  const value = fc.nat({ max: size - 1 });
  if (values === null) {
    const comparison = fc.constantFrom(...COMPARISONS);
    return fc.record({ kind: fc.constant("compare"), target, comparison, value });
  }
  const some = fc.uniqueArray(value, { minLength: 1, maxLength: 4 });
  return fc.record({
    kind: fc.constant("among"),
    target,
    values: some.map((each) => each.sort((one, other) => one - other)),
    none: fc.boolean(),
  });
}
