/**
 * How many states are still to come: a forecast from the sizes of the levels so far.
 *
 * Levels of a breadth-first search mostly grow, and then shrink ever faster: each ratio of a level
 * to the one before is below the last ratio. If it goes on like that, the rest is at most what a
 * constant ratio would give, and about what a ratio would give that shrinks as it did last. Before
 * the levels shrink nothing is known, and nothing is said.
 */

/** Bounds of the number of states that are not found yet. A guess, and no promise. */
export interface Forecast {
  readonly low: number;
  readonly high: number;
}

/** Levels that must have shrunk in a row. */
const SHRINKING_MIN = 2;

/**
 * @param levels sizes of the levels, the last one complete
 * @returns null while nothing can be said
 */
export function forecast(levels: readonly number[]): Forecast | null {
  const ratios = levels.slice(1).map((size, index) => size / (levels[index] ?? 1));
  const recent = ratios.slice(-SHRINKING_MIN);
  if (recent.length < SHRINKING_MIN || recent.some((ratio) => ratio >= 1)) return null;
  const last = levels.at(-1) ?? 0;
  const [before = 1, ratio = 1] = recent;
  const high = (last * ratio) / (1 - ratio);
  return { low: Math.min(high, shrinkingSum(last, ratio, Math.min(1, ratio / before))), high };
}

/** Sum of the levels to come if each ratio is `decay` times the one before. */
function shrinkingSum(last: number, ratio: number, decay: number): number {
  let sum = 0;
  let size = last;
  let next = ratio;
  while (size >= 1) {
    next *= decay;
    size *= next;
    sum += size;
  }
  return sum;
}
