/**
 * The seed of every single walk, so that each can be taken again on its own.
 *
 * The first walk has the seed that was asked for; so a walk whose seed is known is the first of a
 * check with that seed. The others have seeds far from it and from each other: checks with the
 * seeds 1 and 2 have no walk in common.
 */
import { type Schedule, seededSchedule } from "../../system/schedule.ts";

/** @returns the seed of a walk by its number, 0 for the first; both seeds are in [0, 2^32) */
export function walkSeed(seed: number, walk: number): number {
  return walk === 0 ? seed : mixed(seed ^ Math.imul(walk, 0x9e3779b1));
}

/**
 * What a walk picks. The seeds that people give are small and near to each other, and what the
 * generator says first of such seeds is alike: of 64 pairs of first picks of 8 there were 8.
 */
export function walkPicks(seed: number): Schedule {
  return seededSchedule(mixed(seed ^ 0x6a09e667));
}

/** Each bit of a number reaches each bit of the result, as at the end of MurmurHash3. */
function mixed(number: number): number {
  let mix = number | 0;
  mix = Math.imul(mix ^ (mix >>> 16), 0x85ebca6b);
  mix = Math.imul(mix ^ (mix >>> 13), 0xc2b2ae35);
  return (mix ^ (mix >>> 16)) >>> 0;
}
