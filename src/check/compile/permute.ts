/**
 * JavaScript that finds the representative of an orbit by trying every permutation of the named
 * groups: the least of the resulting states, the things of all other groups sorted in each.
 *
 * It is always right, for the symmetries that sorting alone cannot settle. Permutations that would
 * put the named things out of the order of what they alone own are left out: those that remain lead
 * to the same states from every state of the orbit. So it is slow only where many things are alike.
 */
import { readElement, type WordName, writeElement } from "./elements.ts";
import { wordName } from "./expression.ts";
import { FunctionText } from "./function-text.ts";
import { NameTables } from "./naming.ts";
import { chunkTexts, pieceText, placePieces } from "./record.ts";
import { sortText } from "./sorting.ts";
import type { SymmetryPlan } from "./symmetry-plan.ts";
import { type Group, type Part, type Place, partsOutside } from "./things.ts";
import type { Unit } from "./unit.ts";
import { anything, constant, type Value } from "./value.ts";

export function permutationsText(unit: Unit, plan: SymmetryPlan): string[] {
  return new PermutingText(unit, plan).lines();
}

class PermutingText {
  readonly #unit: Unit;
  readonly #plan: SymmetryPlan;
  readonly #text = new FunctionText();
  readonly #tables = new NameTables();

  constructor(unit: Unit, plan: SymmetryPlan) {
    this.#unit = unit;
    this.#plan = plan;
  }

  lines(): string[] {
    const text = this.#text;
    const { groups, renamed } = this.#plan;
    const words = Array.from({ length: this.#unit.layout.words }, (_, word) => word);
    const named = groups
      .map((group, index) => ({ group, index }))
      .filter(({ group }) => group.named);
    const arrays = named.map(({ group, index }) => {
      const all = permutations(group.size).map((order) => [
        ...padded(order, this.#longestName()),
        inversions(order),
      ]);
      return `const Q${index} = [${all.map((order) => `[${order}]`).join(", ")}];`;
    });
    text.add("let found = false;");
    for (const { group, index } of named) this.#compareThings(group, index);
    for (const { index } of named) {
      const turned = `P${index}[${this.#longestName()}]`;
      text.add(`for (const P${index} of Q${index}) {`);
      text.add(`if ((below${index} & ${turned} | above${index} & ~${turned}) !== 0) continue;`);
    }
    text.add(...words.map((word) => `x${word} = s${word};`));
    for (const { group, index } of named) this.#moveThings(group, index);
    for (const { places, names } of renamed) {
      for (const { array, at } of places) {
        const value = readElement(array, constant(at), resultName);
        text.add(writeElement(array, constant(at), this.#renamed(value, names), resultName));
      }
    }
    for (const group of groups) if (!group.named) this.#sortThings(group);
    text.add(`if (!found || ${precedes(words)}) {`, "found = true;");
    text.add(...words.map((word) => `y${word} = x${word};`), "}");
    for (const _ of named) text.add("}");
    text.add(`emit(${words.map((word) => `y${word}`).join(", ")});`);
    const parameters = words.map((word) => `s${word}`).join(", ");
    const results = words.flatMap((word) => [`x${word} = 0`, `y${word} = 0`]);
    return [...arrays, ...this.#tables.lines(), text.wrap("canonical", parameters, results)];
  }

  /** A value with the new number of what it names. */
  #renamed(value: Value, names: Part["names"]): Value {
    if (names === null) return value;
    const code = `P${names.group}[${this.#tables.coded(value.code, names)}]`;
    return anything(this.#tables.decoded(code, names));
  }

  /** Notes which pairs of things of a named group differ in what they own, and how: a bit each. */
  #compareThings({ parts, size }: Group, index: number): void {
    const others = this.#plan.groups.filter((group) => !group.named);
    const numbers = partsOutside(parts, others).filter(({ names }) => names === null);
    const keys = Array.from({ length: size }, (_, thing) => {
      const key = this.#text.variable();
      const pieces = numbers.map(({ places, width }) => ({
        code: read(places[thing], wordName),
        width,
      }));
      this.#text.add(`${key} = ${chunkTexts(pieces)[0] ?? "0"};`);
      return key;
    });
    this.#text.add(`let below${index} = 0, above${index} = 0;`);
    for (const [bit, [low, high]] of pairs(size).entries()) {
      const [left, right] = [keys[low], keys[high]];
      this.#text.add(`if (${left} < ${right}) below${index} |= ${1 << bit};`);
      this.#text.add(`else if (${left} > ${right}) above${index} |= ${1 << bit};`);
    }
  }

  /** Puts every thing of a named group where the permutation has it. */
  #moveThings({ parts, size }: Group, index: number): void {
    for (let thing = 0; thing < size; thing++) {
      const to = this.#text.variable();
      this.#text.add(`${to} = P${index}[${thing}];`);
      for (const { places, names } of parts) {
        const from = places[thing];
        if (from === undefined) continue;
        const { array, first, step } = evenly(places);
        const at = this.#text.variable();
        this.#text.add(`${at} = ${to} * ${step} + ${first};`);
        const place = { code: at, low: 0, high: array.count - 1 };
        const value = this.#renamed(readElement(array, constant(from.at), wordName), names);
        this.#text.add(writeElement(array, place, value, resultName));
      }
    }
  }

  /** Sorts the things of a group that nothing names. */
  #sortThings({ parts, size }: Group): void {
    const pieces = placePieces(parts.map(({ width }) => width));
    const spare = this.#text.variable();
    const records = Array.from({ length: size }, (_, thing) => {
      const texts = chunkTexts(
        parts.map(({ places, width }) => ({ code: read(places[thing], resultName), width })),
      );
      return texts.map((code) => {
        const variable = this.#text.variable();
        this.#text.add(`${variable} = ${code};`);
        return variable;
      });
    });
    this.#text.add(...sortText(records, spare));
    for (const [thing, record] of records.entries()) {
      for (const [index, { places }] of parts.entries()) {
        const [piece, place] = [pieces[index], places[thing]];
        if (piece === undefined || place === undefined) continue;
        const value = anything(pieceText(record, piece));
        this.#text.add(writeElement(place.array, constant(place.at), value, resultName));
      }
    }
  }

  #longestName(): number {
    const { groups, renamed } = this.#plan;
    const parts = [...groups.flatMap((group) => group.parts), ...renamed];
    const names = parts.filter((part) => part.names !== null).map(({ width }) => 2 ** width);
    return Math.max(...groups.map(({ size }) => size), ...names);
  }
}

/** Whether words x come before words y. */
function precedes(words: readonly number[]): string {
  const [word, ...rest] = words;
  if (rest.length === 0) return `x${word} < y${word}`;
  return `(x${word} < y${word} || x${word} === y${word} && ${precedes(rest)})`;
}

function resultName(word: number): string {
  return `x${word}`;
}

function read(place: Place | undefined, name: WordName): string {
  if (place === undefined) throw new Error("internal: a thing lacks a part of its symmetry");
  return readElement(place.array, constant(place.at), name).code;
}

/** The array of a named thing's part, and how far apart the places of the things are. */
function evenly([first, second]: readonly Place[]) {
  if (first === undefined) throw new Error("internal: a symmetry of no things");
  return { array: first.array, first: first.at, step: (second ?? first).at - first.at };
}

/** All orders of [0, size). */
function permutations(size: number): number[][] {
  let all: number[][] = [[]];
  for (let element = 0; element < size; element++) {
    all = all.flatMap((order) =>
      Array.from({ length: order.length + 1 }, (_, at) => order.toSpliced(at, 0, element)),
    );
  }
  return all;
}

/** All pairs of things, the lower one first. */
function pairs(size: number): (readonly [number, number])[] {
  return Array.from({ length: size }, (_, low) =>
    Array.from({ length: size - low - 1 }, (__, index) => [low, low + 1 + index] as const),
  ).flat();
}

/** Which pairs of things a permutation turns round: a bit each. */
function inversions(order: readonly number[]): number {
  return pairs(order.length)
    .map(([low, high], bit) => ((order[low] ?? 0) > (order[high] ?? 0) ? 1 << bit : 0))
    .reduce((mask, bit) => mask | bit, 0);
}

/** A permutation that leaves alone what names none. */
function padded(order: readonly number[], length: number): number[] {
  return Array.from({ length }, (_, index) => order[index] ?? index);
}
