/**
 * Pieces of JavaScript that stand for numbers, with what is known about them.
 */

/** Code of an expression that can stand anywhere, and the range its value is in. */
export interface Value {
  readonly code: string;
  readonly low: number;
  readonly high: number;
}

export const LOWEST = -(2 ** 31);
export const HIGHEST = 2 ** 31 - 1;

export function constant(value: number): Value {
  return { code: value < 0 ? `(${value})` : `${value}`, low: value, high: value };
}

/** The value of a constant; null: it is known at run time only. */
export function constantOf({ low, high }: Value): number | null {
  return low === high ? low : null;
}

/** A value that is known at run time only, or not even then if its range is a single number. */
export function ranged(code: string, low: number, high: number): Value {
  return low === high ? constant(low) : { code, low, high };
}

export function anything(code: string): Value {
  return { code, low: LOWEST, high: HIGHEST };
}
