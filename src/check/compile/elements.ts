/**
 * JavaScript that reads and writes elements of packed arrays, in words that are local variables.
 *
 * Where the index is known the shift is a constant; where it is not, the shift is calculated, and
 * if the array lies in several places the index decides between them. Indices outside the array
 * never get here: a read of them is a defect, and a write has been checked.
 */
import type { PackedArray, Segment } from "../layout.ts";
import { constantOf, ranged, type Value } from "./value.ts";

/** Name of the variable that holds a word. */
export type WordName = (word: number) => string;

/** @param at code of a variable or constant: it may be used more than once */
export function readElement(array: PackedArray, at: Value, name: WordName): Value {
  const { width, size } = array;
  if (width === 0) return ranged("0", 0, 0);
  const code = choose(array, at, (segment) => {
    const word = name(segment.word);
    const index = constantOf(at);
    if (index === null) return `(${word} >>> ${distance(array, segment, at)} & ${ones(width)})`;
    const shift = segment.shift + (index - segment.first) * width;
    if (shift + width === 32) return `(${word} >>> ${shift})`;
    return shift === 0 ? `(${word} & ${ones(width)})` : `(${word} >>> ${shift} & ${ones(width)})`;
  });
  return { code, low: 0, high: size - 1 };
}

/**
 * @param at code of a variable or constant
 * @param value in [0, size) of the array
 * @returns a statement
 */
export function writeElement(array: PackedArray, at: Value, value: Value, name: WordName): string {
  const { width } = array;
  if (width === 0) return "";
  const statement = (segment: Segment): string => {
    const word = name(segment.word);
    const index = constantOf(at);
    const known = constantOf(value);
    if (index === null) {
      const by = distance(array, segment, at);
      const mask = `${word} & ~(${ones(width)} << ${by})`;
      return `${word} = ${mask}${known === 0 ? "" : ` | ${value.code} << ${by}`};`;
    }
    const shift = segment.shift + (index - segment.first) * width;
    const keep = ~(ones(width) << shift);
    if (known === null) return `${word} = ${word} & ${keep} | ${value.code} << ${shift};`;
    if (known === 0) return `${word} &= ${keep};`;
    if (known === ones(width)) return `${word} |= ${known << shift};`;
    return `${word} = ${word} & ${keep} | ${known << shift};`;
  };
  return chooseStatement(touched(array, at), at, statement);
}

/** Changes an element from one known value to another in a single operation. */
export function flipElement(
  array: PackedArray,
  at: Value,
  difference: number,
  name: WordName,
): string {
  if (difference === 0 || array.width === 0) return "";
  return chooseStatement(touched(array, at), at, (segment) => {
    const index = constantOf(at);
    const word = name(segment.word);
    if (index === null) return `${word} ^= ${difference} << ${distance(array, segment, at)};`;
    return `${word} ^= ${difference << (segment.shift + (index - segment.first) * array.width)};`;
  });
}

/** Segments in which an index of this range can lie. */
function touched({ segments }: PackedArray, { low, high }: Value): Segment[] {
  const some = segments.filter(({ first, count }) => first <= high && first + count > low);
  return some.length === 0 ? segments.slice(0, 1) : some;
}

function choose(array: PackedArray, at: Value, code: (segment: Segment) => string): string {
  const [first, ...others] = touched(array, at);
  if (first === undefined) return "0";
  return others.length === 0 ? code(first) : `(${decide(first, others, at, code)})`;
}

function decide(
  segment: Segment,
  others: readonly Segment[],
  at: Value,
  code: (segment: Segment) => string,
): string {
  const [next, ...rest] = others;
  if (next === undefined) return code(segment);
  return `${at.code} < ${next.first} ? ${code(segment)} : ${decide(next, rest, at, code)}`;
}

function chooseStatement(
  segments: readonly Segment[],
  at: Value,
  statement: (segment: Segment) => string,
): string {
  const [first, next] = segments;
  if (first === undefined) return "";
  if (next === undefined) return statement(first);
  const others = chooseStatement(segments.slice(1), at, statement);
  return `if (${at.code} < ${next.first}) { ${statement(first)} } else { ${others} }`;
}

/** How far element `at` lies from the right end of its word, for an index in a variable. */
function distance({ width }: PackedArray, { first, shift }: Segment, at: Value): string {
  const start = shift - first * width;
  const scaled = (width & (width - 1)) === 0 ? shifted(at.code, width) : `${at.code} * ${width}`;
  if (start === 0) return `(${scaled})`;
  return `((${scaled}) + ${start < 0 ? `(${start})` : start})`;
}

function shifted(code: string, width: number): string {
  return width === 1 ? code : `${code} << ${31 - Math.clz32(width)}`;
}

function ones(width: number): number {
  return 2 ** width - 1;
}
