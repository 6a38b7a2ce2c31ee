/**
 * The little arithmetic that benchmarks share.
 */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** The middle value; of an even number of values, the upper of the two. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** `812 to 1,204 ms`, or the one value if there is one only; whole numbers. */
export function spread(values: readonly number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)].map((value) => value.toFixed(0));
  return low === high ? `${low}` : `${low} to ${high}`;
}

/** The same values in an order that is random but always the same. */
export function shuffled<Value>(values: readonly Value[]): Value[] {
  const generator = xoroshiro128plus(1);
  const keyed = values.map((value) => ({ value, key: uniformInt(generator, 0, 0x7fffffff) }));
  return keyed.sort((a, b) => a.key - b.key).map(({ value }) => value);
}
