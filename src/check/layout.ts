/**
 * Where everything in a state lies: the bits of every field element and of every process
 * instance's rest, in 32-bit words.
 *
 * An element never straddles two words, so reading one is a shift and a mask. The elements of an
 * array lie side by side in one word where that costs no word: then an index that is only known
 * at run time is a shift by a calculated distance. A rest is stored as its number among the rests
 * of its process; the nodes that are passed through never are in a state. A size of 1 takes no bit.
 */
import { BlockgraphError } from "../error.ts";
import { restsOf } from "./program/nodes.ts";
import type { Program } from "./program/program.ts";
import type { ProgramState } from "./program/state.ts";

/** Elements [first, first + count) of an array, side by side from bit `shift` of a word on. */
export interface Segment {
  readonly first: number;
  readonly count: number;
  readonly word: number;
  readonly shift: number;
}

/** An array in packed states: a field, or the rests of a process. */
export interface PackedArray {
  readonly name: string;
  /** values are in [0, size) */
  readonly size: number;
  readonly count: number;
  /** bits of an element, 0 to 31 */
  readonly width: number;
  /** in order of their elements */
  readonly segments: readonly Segment[];
}

export interface Layout {
  /** at least 1 */
  readonly words: number;
  readonly bits: number;
  readonly fields: ReadonlyMap<string, PackedArray>;
  /** the rests of processes, as numbers into {@link restsOf} */
  readonly rests: ReadonlyMap<string, PackedArray>;
  /** signed 32-bit words, `words` long */
  pack(state: ProgramState): number[];
  unpack(words: ArrayLike<number>): ProgramState;
}

/** @throws BlockgraphError `program-malformed` if a field does not fit a word */
export function layoutOf(program: Program): Layout {
  const rests = program.processes.map((process) =>
    sized(process.name, restsOf(process).length, process.instances),
  );
  const fields = program.fields.map(({ name, size, count }) => sized(name, size, count));
  const places = place([...rests, ...fields]);
  const packed = (array: Sized): [string, PackedArray] => [
    array.name,
    { ...array, segments: segmentsOf(array, places.get(array) ?? []) },
  ];
  const [fieldMap, restMap] = [new Map(fields.map(packed)), new Map(rests.map(packed))];
  const ends = [...places.values()].flat().map((at) => at.word + 1);
  return new BitLayout(program, Math.max(1, ...ends), fieldMap, restMap);
}

interface Sized {
  readonly name: string;
  readonly size: number;
  readonly count: number;
  readonly width: number;
}

interface Place {
  readonly word: number;
  readonly shift: number;
}

type Places = ReadonlyMap<Sized, readonly Place[]>;

const WORD = 32;

function sized(name: string, size: number, count: number): Sized {
  const width = size <= 1 ? 0 : WORD - Math.clz32(size - 1);
  if (width === WORD || size > 2 ** 31) {
    throw new BlockgraphError(
      "program-malformed",
      `${name} has ${size} values, more than 31 bits hold; narrow its bounds`,
    );
  }
  return { name, size, count, width };
}

/** Whole arrays if that takes no more words than single elements do. */
function place(arrays: readonly Sized[]): Places {
  const whole = placePieces(arrays, (array) => Math.max(1, Math.floor(WORD / array.width)));
  const single = placePieces(arrays, () => 1);
  return wordsOf(whole) <= wordsOf(single) ? whole : single;
}

function wordsOf(places: Places): number {
  return Math.max(0, ...[...places.values()].flat().map((at) => at.word + 1));
}

/** First fit, the biggest pieces first; pieces of the same size in the program's order. */
function placePieces(arrays: readonly Sized[], most: (array: Sized) => number): Places {
  const places = new Map<Sized, Place[]>(arrays.map((array) => [array, []]));
  const pieces = arrays.flatMap((array) => {
    const length = array.width === 0 ? array.count : most(array);
    return Array.from({ length: Math.ceil(array.count / length) }, (_, piece) => ({
      array,
      count: Math.min(length, array.count - piece * length),
    }));
  });
  const bits = ({ array, count }: { array: Sized; count: number }) => array.width * count;
  const used: number[] = [];
  for (const piece of pieces.sort((left, right) => bits(right) - bits(left))) {
    const found = used.findIndex((taken) => taken + bits(piece) <= WORD);
    const word = found === -1 ? used.length : found;
    const start = used[word] ?? 0;
    used[word] = start + bits(piece);
    for (let element = 0; element < piece.count; element++) {
      places.get(piece.array)?.push({ word, shift: start + element * piece.array.width });
    }
  }
  return places;
}

/** Joins elements that lie side by side. */
function segmentsOf({ width }: Sized, places: readonly Place[]): Segment[] {
  const segments: Segment[] = [];
  for (const [index, at] of places.entries()) {
    const last = segments.at(-1);
    if (last && last.word === at.word && last.shift + last.count * width === at.shift) {
      segments[segments.length - 1] = { ...last, count: last.count + 1 };
    } else {
      segments.push({ first: index, count: 1, ...at });
    }
  }
  return segments;
}

class BitLayout implements Layout {
  readonly words: number;
  readonly bits: number;
  readonly fields: ReadonlyMap<string, PackedArray>;
  readonly rests: ReadonlyMap<string, PackedArray>;
  readonly #restNames: ReadonlyMap<string, readonly string[]>;

  constructor(
    program: Program,
    words: number,
    fields: ReadonlyMap<string, PackedArray>,
    rests: ReadonlyMap<string, PackedArray>,
  ) {
    this.words = words;
    this.fields = fields;
    this.rests = rests;
    this.bits = [...fields.values(), ...rests.values()].reduce(
      (sum, array) => sum + array.width * array.count,
      0,
    );
    this.#restNames = new Map(program.processes.map((each) => [each.name, restsOf(each)]));
  }

  pack(state: ProgramState): number[] {
    const words = Array.from({ length: this.words }, () => 0);
    for (const [name, array] of this.fields) put(words, array, state.fields[name] ?? []);
    for (const [name, array] of this.rests) {
      const names = this.#restNames.get(name) ?? [];
      put(
        words,
        array,
        (state.nodes[name] ?? []).map((rest) => names.indexOf(rest)),
      );
    }
    return words;
  }

  unpack(words: ArrayLike<number>): ProgramState {
    const fields = [...this.fields].map(([name, array]): [string, number[]] => [
      name,
      take(words, array),
    ]);
    const nodes = [...this.rests].map(([name, array]): [string, string[]] => {
      const names = this.#restNames.get(name) ?? [];
      return [name, take(words, array).map((rest) => names[rest] ?? "")];
    });
    return { fields: Object.fromEntries(fields), nodes: Object.fromEntries(nodes) };
  }
}

function put(words: number[], { segments, width }: PackedArray, values: readonly number[]): void {
  for (const { first, count, word, shift } of segments) {
    for (let element = 0; element < count; element++) {
      const value = values[first + element] ?? 0;
      words[word] = (words[word] ?? 0) | (width === 0 ? 0 : value << (shift + element * width));
    }
  }
}

function take(words: ArrayLike<number>, { segments, width }: PackedArray): number[] {
  return segments.flatMap(({ count, word, shift }) =>
    Array.from({ length: count }, (_, element) =>
      width === 0 ? 0 : ((words[word] ?? 0) >>> (shift + element * width)) & (2 ** width - 1),
    ),
  );
}
