/**
 * How far properties go that compare whole interpreters with each other.
 *
 * What every change is held against must not depend on luck: by itself a run draws the same cases
 * as the last one. Luck is for whoever goes looking:
 *
 *     EXPLORE=10 npx vitest run test/check/lower
 *
 * draws ten times as many, other ones each time. What fails prints seed and path, and becomes a
 * case that is always tried.
 */
import type { Parameters } from "fast-check";

/** @param runs cases that are drawn if nobody goes looking */
export function explored(runs: number): Pick<Parameters<unknown>, "numRuns" | "seed"> {
  const factor = Number(process.env.EXPLORE ?? 0);
  return factor > 0 ? { numRuns: runs * factor } : { numRuns: runs, seed: 1 };
}
