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
import { NameTables, type Naming } from "./naming.ts";
import { permutationsText } from "./permute.ts";
import { chunkTexts, type Piece, pieceText, placePieces } from "./record.ts";
import { sortText } from "./sorting.ts";
import { type SymmetryPlan, symmetryPlan } from "./symmetry-plan.ts";
import type { Group, Part, Place } from "./things.ts";
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
  readonly #tables = new NameTables();

  constructor(unit: Unit, plan: SymmetryPlan, hub: number) {
    this.#unit = unit;
    this.#plan = plan;
    this.#hubIndex = hub;
    this.#spare = this.#text.variable();
  }

  lines(): string[] {
    const { groups, loose } = this.#plan;
    const hub = groups[this.#hubIndex];
    if (hub === undefined) throw new Error("internal: no symmetry to compile");
    const words = Array.from({ length: this.#unit.layout.words }, (_, word) => word);
    const parts = [...groups.flatMap((group) => group.parts), ...loose];
    this.#text.add(...words.map((word) => `x${word} = s${word} & ${untouched(parts, word)};`));
    const others = groups.flatMap((group, index) =>
      index === this.#hubIndex ? [] : [{ group, records: this.#gather(group) }],
    );
    const namers = others.filter(({ group }) => group.parts.some(({ names }) => names !== null));
    const signatures = namers.map(({ group, records }, index) =>
      this.#signatures(group, records, hub, index),
    );
    const singles = loose.map((part) => this.#single(part));
    const named = namers.length > 0 || singles.length > 0;
    this.#sortHub(hub, [...signatures, ...singles.map((name) => namedBy(name, hub))], named);
    for (const { group, records } of namers) this.#rename(group, records);
    for (const { group, records } of others) this.#putBack(group, records);
    for (const [index, { places, names }] of loose.entries()) {
      this.#put(places[0], this.#decoded(`P[${singles[index]}]`, names));
    }
    this.#text.add(`emit(${words.map((word) => `x${word}`).join(", ")});`);
    const names = words.map((word) => `s${word}`).join(", ");
    const results = words.map((word) => `x${word} = 0`);
    const declared = [...this.#arrays, ...this.#tables.lines()];
    return [...declared, this.#text.wrap("canonical", names, results)];
  }

  /** Takes a name that no thing owns out of the state. @returns the variable of its code */
  #single(part: Part): string {
    const variable = this.#text.variable();
    this.#text.add(`${variable} = ${this.#piece(part, 0).code};`);
    return variable;
  }

  /** What a thing owns, read from the state; of a name its code. */
  #piece({ places, width, names }: Part, thing: number): Piece {
    const place = places[thing];
    if (place === undefined) throw new Error("internal: a thing lacks a part of its symmetry");
    const { code } = readElement(place.array, constant(place.at), wordName);
    return { code: names === null ? code : this.#tables.coded(code, names), width };
  }

  #pieces({ parts }: Group, thing: number): Piece[] {
    return parts.map((part) => this.#piece(part, thing));
  }

  #decoded(code: string, names: Naming | null): string {
    return names === null ? code : this.#tables.decoded(code, names);
  }

  #put(place: Place | undefined, code: string): void {
    if (place === undefined) return;
    const { word, shift } = bitsOf(place);
    this.#text.add(`x${word} |= ${shift === 0 ? code : `${code} << ${shift}`};`);
  }

  /** Takes the things of a group out of the state, and sorts them. */
  #gather(group: Group, extra: readonly Piece[][] = []): Variables[] {
    const records = Array.from({ length: group.size }, (_, thing) => {
      const pieces = [...this.#pieces(group, thing), ...(extra[thing] ?? [])];
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
    const places = placePieces(parts.map(({ width }) => width));
    const name = places.at(-1);
    if (naming === undefined || name === undefined) return [];
    const counts = `N${index}`;
    const weights = Array.from({ length: size }, (_, rank) => (size + 1) ** rank);
    const slots = Math.max(hub.size, 2 ** naming.width);
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
    const pieces = [...this.#pieces(hub, 0), ...(extra[0] ?? [])];
    const number = placePieces(pieces.map((piece) => piece.width)).at(-1);
    if (number === undefined || width === 0) return;
    for (const [position, record] of records.entries()) {
      this.#text.add(`P[${pieceText(record, number)}] = ${position};`);
    }
  }

  /** How many numbers a naming field can hold. */
  #longestName(least: number): number {
    const { groups, loose } = this.#plan;
    const parts = [...groups.flatMap((group) => group.parts), ...loose];
    const names = parts.filter((part) => part.names !== null);
    return Math.max(least, ...names.map(({ width }) => 2 ** width));
  }

  /** Gives the names their new numbers, and sorts again. */
  #rename({ parts }: Group, records: Variables[]): void {
    const name = placePieces(parts.map(({ width }) => width)).at(-1);
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
    const pieces = [...group.parts, ...extra];
    const places = placePieces(pieces.map(({ width }) => width));
    for (const [thing, record] of records.entries()) {
      for (const [index, part] of group.parts.entries()) {
        const at = places[index];
        if (at === undefined) continue;
        this.#put(part.places[thing], this.#decoded(pieceText(record, at), part.names));
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

/** For each thing of the hub, whether a name is its own. */
function namedBy(name: string, hub: Group): Piece[] {
  return hubThings(hub).map((thing) => ({ code: `(${name} === ${thing} ? 1 : 0)`, width: 1 }));
}

/** Where an element lies in the state. */
function bitsOf({ array, at }: Place): { word: number; shift: number } {
  const segment = array.segments.find(({ first, count }) => first <= at && at < first + count);
  if (segment === undefined) throw new Error(`internal: ${array.name} has no element ${at}`);
  return { word: segment.word, shift: segment.shift + (at - segment.first) * array.width };
}

/** The bits of a word that belong to no part. */
function untouched(parts: readonly Part[], word: number): number {
  let mask = -1;
  for (const { places, width } of parts) {
    for (const place of places) {
      const at = bitsOf(place);
      if (at.word === word) mask &= ~((2 ** width - 1) << at.shift);
    }
  }
  return mask;
}
