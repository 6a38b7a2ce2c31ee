/**
 * What is known of a number: every value that it may have.
 */

/** Sorted, each once; null: it may be anything. */
export type Values = readonly number[] | null;

/** More values than that are as good as anything. */
const MOST = 600;
/** Pairs of values that are looked at, at the most. */
export const PAIRS_MOST = 20_000;

/** Truth that is not known. */
export const EITHER: Values = [0, 1];

export function valuesOf(numbers: Iterable<number>): Values {
  const distinct = [...new Set(numbers)];
  return distinct.length > MOST ? null : distinct.sort((one, other) => one - other);
}

/** [from, to) */
export function range(from: number, to: number): Values {
  if (to - from > MOST) return null;
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
}

export function union(one: Values, other: Values): Values {
  return one === null || other === null ? null : valuesOf([...one, ...other]);
}

/** Whether it may be true (not 0), or may be false. */
export function mayBe(values: Values, truth: boolean): boolean {
  return values === null || values.some((value) => (value !== 0) === truth);
}
