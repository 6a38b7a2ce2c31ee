/**
 * Properties as code: what may be observed at one instant, and which properties each case breaks.
 *
 * Properties speak about observations, which are values. So every case that a program tells apart
 * is shown to them beforehand, and only the telling apart becomes code.
 */
import type { Difference, Observation, Property } from "../../../system/property.ts";
import { all, binary, judge, not, type Term, term } from "../../program/build.ts";
import type { Expression, Statement } from "../../program/program.ts";

/** Something that may be observed, and when it is. */
export interface Sight {
  readonly when: Expression;
  readonly observation: Observation;
}

/** A difference. Where it is and what it is does not matter to any property. */
const SOME: Difference = { at: 0, got: 1, expected: 0 };

export class Judging {
  readonly #properties: readonly Property[];

  constructor(properties: readonly Property[]) {
    this.#properties = properties;
  }

  /** Whether some property speaks about one of them. */
  speaksOf(given: readonly Sight[]): boolean {
    return this.#properties.some((property) =>
      given.some(({ observation }) => property.applies(observation)),
    );
  }

  /**
   * Which properties speak, and when they are broken.
   * @param sights exclude each other
   * @param condition what all of them take; one of them is seen whenever it holds
   */
  judge(sights: readonly Sight[], condition: Term = 1): Statement[] {
    return this.#properties.flatMap((property) => {
      const spoken = sights.filter(({ observation }) => property.applies(observation));
      const broken = spoken.filter(({ observation }) => property.violated(observation));
      if (spoken.length === 0) return [];
      const applies = spoken.length === sights.length ? term(1) : anyOf(spoken);
      return [judge(property.name, all(condition, applies), anyOf(broken))];
    });
  }
}

/** The sights of something that is as it must be, or differs: the local `differs`. */
export function sights(observe: (difference: Difference | null) => Observation): Sight[] {
  return [
    { when: not("differs"), observation: observe(null) },
    { when: term("differs"), observation: observe(SOME) },
  ];
}

/**
 * The sights of a block-status that succeeded: the local `said` is 0 if it said nothing, 1 if it
 * said data, 2 if it said zero.
 */
export function statusSights(kind: "guest-status" | "view-status"): Sight[] {
  const common = { kind, through: "" };
  const zero = binary("said", "==", 2);
  return [
    { when: binary("said", "==", 0), observation: { ...common, said: null, difference: null } },
    { when: binary("said", "==", 1), observation: { ...common, said: "data", difference: null } },
    ...sights((difference) => ({ ...common, said: "zero", difference })).map((sight) => ({
      ...sight,
      when: all(zero, sight.when),
    })),
  ];
}

function anyOf(given: readonly Sight[]): Expression {
  const [first, ...rest] = given.map(({ when }) => when);
  if (first === undefined) return term(0);
  return rest.reduce((left, right) => binary(left, "or", right), first);
}
