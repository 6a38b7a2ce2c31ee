/**
 * The seed of every single walk, so that each can be taken again on its own.
 *
 * The first walk has the seed that was asked for; so a walk whose seed is known is the first of a
 * check with that seed. The others have seeds far from it and from each other: checks with the
 * seeds 1 and 2 have no walk in common.
 */

/** @returns the seed of a walk by its number, 0 for the first; both seeds are in [0, 2^32) */
export function walkSeed(seed: number, walk: number): number {
  if (walk === 0) return seed;
  let mixed = (seed ^ Math.imul(walk, 0x9e3779b1)) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
