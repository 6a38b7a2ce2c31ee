/**
 * JavaScript that finds the representative of a state's orbit and emits it.
 *
 * Two states that differ by a renumbering of interchangeable things get the same representative,
 * and no others do; it is a state of the orbit itself. Things are taken out of the state as records
 * and put back in order; see symmetry-plan.ts for which order that is.
 */
import { readElement } from "./elements.ts";
import { wordName } from "./expression.ts";
import { FunctionText } from "./function-text.ts";
import { permutationsText } from "./permute.ts";
import { chunkTexts, type Piece, pieceText, placePieces } from "./record.ts";
import { sortText } from "./sorting.ts";
import { type Group, type Part, type SymmetryPlan, symmetryPlan } from "./symmetry-plan.ts";
import type { Unit } from "./unit.ts";
import { constant } from "./value.ts";

/** The function `canonical`, and the arrays that it works with. */
export function canonicalFunction(unit: Unit): string[] {
  const plan = symmetryPlan(unit.program, unit.layout);
  if (plan.hub === null) return permutationsText(unit, plan);
  return new StarText(unit, plan, plan.hub).lines();
}

/** A thing's record: its variables, in order of significance. */
type Variables = readonly string[];

/** Sorting, where that is exact. */
class StarText {
  readonly #unit: Unit;
  readonly #plan: SymmetryPlan;
  readonly #hubIndex: number;
  readonly #text = new FunctionText();
  readonly #spare: string;
  readonly #arrays: string[] = [];

  constructor(unit: Unit, plan: SymmetryPlan, hub: number) {
    this.#unit = unit;
    this.#plan = plan;
    this.#hubIndex = hub;
    this.#spare = this.#text.variable();
  }

  lines(): string[] {
    const { groups } = this.#plan;
    const hub = groups[this.#hubIndex];
    if (hub === undefined) throw new Error("internal: no symmetry to compile");
    const words = Array.from({ length: this.#unit.layout.words }, (_, word) => word);
    this.#text.add(...words.map((word) => `x${word} = s${word} & ${untouched(groups, word)};`));
    const others = groups.flatMap((group, index) =>
      index === this.#hubIndex ? [] : [{ group, records: this.#gather(group) }],
    );
    const namers = others.filter(({ group }) => group.parts.some(({ names }) => names !== null));
    const signatures = namers.map(({ group, records }, index) =>
      this.#signatures(group, records, hub, index),
    );
    this.#sortHub(hub, signatures, namers.length > 0);
    for (const { group, records } of namers) this.#rename(group, records);
    for (const { group, records } of others) this.#putBack(group, records);
    this.#text.add(`emit(${words.map((word) => `x${word}`).join(", ")});`);
    const names = words.map((word) => `s${word}`).join(", ");
    const results = words.map((word) => `x${word} = 0`);
    return [...this.#arrays, this.#text.wrap("canonical", names, results)];
  }

  /** Takes the things of a group out of the state, and sorts them. */
  #gather(group: Group, extra: readonly Piece[][] = []): Variables[] {
    const records = Array.from({ length: group.size }, (_, thing) => {
      const pieces = [...partPieces(group, thing), ...(extra[thing] ?? [])];
      return chunkTexts(pieces).map((code) => {
        const variable = this.#text.variable();
        this.#text.add(`${variable} = ${code};`);
        return variable;
      });
    });
    this.#text.add(...sortText(records, this.#spare));
    return records;
  }

  /**
   * Counts, for each thing of the hub, how many of each kind name it: things of a group that are
   * alike but for what they name have the rank of the first of them, and count with a weight that
   * belongs to the rank.
   * @returns for each thing of the hub, its count as a piece of a record
   */
  #signatures({ size, parts }: Group, records: Variables[], hub: Group, index: number): Piece[] {
    const naming = parts.at(-1);
    const places = placePieces(parts.map(({ array }) => array.width));
    const name = places.at(-1);
    if (naming === undefined || name === undefined) return [];
    const counts = `N${index}`;
    const weights = Array.from({ length: size }, (_, rank) => (size + 1) ** rank);
    const slots = Math.max(hub.size, 2 ** naming.array.width);
    this.#arrays.push(`const ${counts} = new Int32Array(${slots});`);
    const weight = this.#text.variable();
    this.#text.add(...hubThings(hub).map((thing) => `${counts}[${thing}] = 0;`));
    for (const [thing, record] of records.entries()) {
      const before = records[thing - 1];
      const different = before === undefined ? "" : `if (${differ(before, record, name.width)}) `;
      this.#text.add(`${different}${weight} = ${weights[thing]};`);
      this.#text.add(`${counts}[${pieceText(record, name)}] += ${weight};`);
    }
    const width = 32 - Math.clz32((size + 1) ** size - 1);
    return hubThings(hub).map((thing) => ({ code: `${counts}[${thing}]`, width }));
  }

  /** Sorts the hub by what its things own and who names them, and puts them back. */
  #sortHub(hub: Group, signatures: readonly Piece[][], named: boolean): void {
    const width = hub.size <= 1 ? 0 : 32 - Math.clz32(hub.size - 1);
    const extra = hubThings(hub).map((thing) => [
      ...signatures.flatMap((pieces) => pieces[thing] ?? []),
      ...(width === 0 ? [] : [{ code: `${thing}`, width }]),
    ]);
    const records = this.#gather(hub, extra);
    this.#putBack(hub, records, extra[0]);
    if (!named) return;
    const slots = Array.from({ length: this.#longestName(hub.size) }, (_, index) => index);
    this.#arrays.push(`const P = new Int32Array([${slots}]);`);
    const pieces = [...partPieces(hub, 0), ...(extra[0] ?? [])];
    const number = placePieces(pieces.map((piece) => piece.width)).at(-1);
    if (number === undefined || width === 0) return;
    for (const [position, record] of records.entries()) {
      this.#text.add(`P[${pieceText(record, number)}] = ${position};`);
    }
  }

  /** How many numbers a naming field can hold. */
  #longestName(least: number): number {
    const widths = this.#plan.groups.flatMap(({ parts }) =>
      parts.filter(({ names }) => names !== null).map(({ array }) => 2 ** array.width),
    );
    return Math.max(least, ...widths);
  }

  /** Gives the names their new numbers, and sorts again. */
  #rename({ parts }: Group, records: Variables[]): void {
    const name = placePieces(parts.map(({ array }) => array.width)).at(-1);
    if (name === undefined) return;
    for (const record of records) {
      const variable = record[name.chunk];
      const keep = ~((2 ** name.width - 1) << name.shift);
      const renamed = `P[${pieceText(record, name)}] << ${name.shift}`;
      this.#text.add(`${variable} = ${variable} & ${keep} | ${renamed};`);
    }
    this.#text.add(...sortText(records, this.#spare));
  }

  /** Writes the records into the state, in their order. */
  #putBack(group: Group, records: Variables[], extra: readonly Piece[] = []): void {
    const pieces = [...partPieces(group, 0), ...extra];
    const places = placePieces(pieces.map(({ width }) => width));
    for (const [thing, record] of records.entries()) {
      for (const [index, part] of group.parts.entries()) {
        const at = places[index];
        if (at === undefined) continue;
        const { word, shift } = placeOf(part, thing);
        const code = pieceText(record, at);
        this.#text.add(`x${word} |= ${shift === 0 ? code : `${code} << ${shift}`};`);
      }
    }
  }
}

function hubThings(hub: Group): number[] {
  return Array.from({ length: hub.size }, (_, thing) => thing);
}

/** Whether two records differ in more than the `width` bits at their end. */
function differ(left: Variables, right: Variables, width: number): string {
  return left
    .map((name, index) => {
      const difference = `(${name} ^ ${right[index]})`;
      return index === left.length - 1 ? `${difference} >>> ${width}` : difference;
    })
    .map((difference) => `${difference} !== 0`)
    .join(" || ");
}

/** What a thing owns, read from the state. */
function partPieces(group: Group, thing: number): Piece[] {
  return group.parts.map((part) => {
    const at = constant(thing * part.stride + part.offset);
    return { code: readElement(part.array, at, wordName).code, width: part.array.width };
  });
}

/** Where a thing's part lies in the state. */
function placeOf({ array, stride, offset }: Part, thing: number): { word: number; shift: number } {
  const element = thing * stride + offset;
  const segment = array.segments.find(
    ({ first, count }) => first <= element && element < first + count,
  );
  if (segment === undefined) throw new Error(`internal: ${array.name} has no element ${element}`);
  return { word: segment.word, shift: segment.shift + (element - segment.first) * array.width };
}

/** The bits of a word that belong to no thing. */
function untouched(groups: readonly Group[], word: number): number {
  let mask = -1;
  for (const { size, parts } of groups) {
    for (const part of parts) {
      for (let thing = 0; thing < size; thing++) {
        const at = placeOf(part, thing);
        if (at.word === word) mask &= ~((2 ** part.array.width - 1) << at.shift);
      }
    }
  }
  return mask;
}
