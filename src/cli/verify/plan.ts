/**
 * How much of everything `verify` does to a model.
 *
 * What a simulation costs grows with the model's images, because each begins with fresh ones: a
 * small model gets dozens of schedules in the time in which a large one gets a few.
 */
import type { Model } from "../../system/model.ts";

export interface Plan {
  /** simulations, with the seeds from 0 on; of a model that is violated, until it is */
  readonly seeds: number;
  /** runs on memory and on files, half of them in seeded and half in free order */
  readonly memoryRuns: number;
  readonly fileRuns: number;
  /** seeds within which a mutant must be caught, and a violation found that is expected */
  readonly mutantSeeds: number;
}

/** bytes of all images of a model up to which it is small, and from which on it is large */
const SMALL = 2 ** 20;
const LARGE = 2 ** 24;

/** @param seeds as asked for on the command line; undefined: as the model's size allows */
export function planFor(model: Model, seeds: number | undefined): Plan {
  const bytes = model.images.reduce((sum, { length }) => sum + length, 0);
  const plan = bytes <= SMALL ? SMALL_PLAN : bytes < LARGE ? MEDIUM_PLAN : LARGE_PLAN;
  if (seeds !== undefined) return { ...plan, seeds };
  return model.expected.verdict === "holds" ? plan : { ...plan, seeds: plan.mutantSeeds };
}

const SMALL_PLAN: Plan = { seeds: 60, memoryRuns: 8, fileRuns: 4, mutantSeeds: 200 };
const MEDIUM_PLAN: Plan = { seeds: 40, memoryRuns: 6, fileRuns: 4, mutantSeeds: 60 };
const LARGE_PLAN: Plan = { seeds: 15, memoryRuns: 4, fileRuns: 4, mutantSeeds: 20 };
