/**
 * Schedules: who decides where an execution branches.
 *
 * A schedule is asked to pick one of `count` things and knows nothing else. Explicit schedules make
 * a trace repeatable by hand, seeded ones explore, round robin is the dull one.
 */

import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

export interface Schedule {
  /** how it is spelt on the command line: `seed 7` */
  readonly name: string;
  /** @returns an integer in [0, count) */
  pick(count: number): number;
}

/** Pseudo-random picks; the same seed gives the same picks everywhere. */
export function seededSchedule(seed: number): Schedule {
  const generator = xoroshiro128plus(seed);
  return {
    name: `seed ${seed}`,
    pick: (count) => (count <= 1 ? 0 : uniformInt(generator, 0, count - 1)),
  };
}

/** Takes turns over positions: the first of the list, then the second, and so on. */
export function roundRobinSchedule(): Schedule {
  let turn = 0;
  return { name: "round robin", pick: (count) => turn++ % count };
}

/** The given picks in order, then always the first; a pick beyond the end counts modulo. */
export function explicitSchedule(picks: readonly number[]): Schedule {
  let next = 0;
  return {
    name: `explicit ${picks.join(",")}`,
    pick: (count) => (picks[next++] ?? 0) % count,
  };
}
