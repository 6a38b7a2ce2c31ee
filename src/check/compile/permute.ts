/**
 * JavaScript that finds the representative of an orbit by trying every permutation of the named
 * groups: the least of the resulting states, the things of all other groups sorted in each.
 *
 * It is slow and always right, for the symmetries that sorting alone cannot settle.
 */
import { readElement, writeElement } from "./elements.ts";
import { wordName } from "./expression.ts";
import { FunctionText } from "./function-text.ts";
import { chunkTexts, type Piece, pieceText, placePieces } from "./record.ts";
import { sortText } from "./sorting.ts";
import type { Group, Part, SymmetryPlan } from "./symmetry-plan.ts";
import type { Unit } from "./unit.ts";
import { anything, constant, type Value } from "./value.ts";

export function permutationsText(unit: Unit, plan: SymmetryPlan): string[] {
  const text = new FunctionText();
  const words = Array.from({ length: unit.layout.words }, (_, word) => word);
  const named = plan.groups
    .map((group, index) => ({ group, index }))
    .filter((of) => of.group.named);
  const arrays = named.map(({ group, index }) => {
    const all = permutations(group.size).map((order) => padded(order, longestName(plan)));
    return `const Q${index} = [${all.map((order) => `[${order}]`).join(", ")}];`;
  });
  text.add("let found = false;");
  for (const { index } of named) text.add(`for (const P${index} of Q${index}) {`);
  text.add(...words.map((word) => `x${word} = s${word};`));
  for (const [index, group] of plan.groups.entries()) {
    if (group.named) moveThings(text, group, index);
    else sortThings(text, group);
  }
  for (const part of plan.loose) moveThing(text, [part], 0, constant(0));
  text.add(`if (!found || ${precedes(words)}) {`, "found = true;");
  text.add(...words.map((word) => `y${word} = x${word};`), "}");
  for (const _ of named) text.add("}");
  text.add(`emit(${words.map((word) => `y${word}`).join(", ")});`);
  const parameters = words.map((word) => `s${word}`).join(", ");
  const results = words.flatMap((word) => [`x${word} = 0`, `y${word} = 0`]);
  return [...arrays, text.wrap("canonical", parameters, results)];
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

/** The value of a part in the original state, with new numbers for what it names. */
function renamed({ array, stride, offset, names }: Part, thing: number): Value {
  const value = readElement(array, constant(thing * stride + offset), wordName);
  return names === null ? value : anything(`P${names}[${value.code}]`);
}

/** Puts every thing of a named group where the permutation has it. */
function moveThings(text: FunctionText, group: Group, index: number): void {
  for (let thing = 0; thing < group.size; thing++) {
    const to = text.variable();
    text.add(`${to} = P${index}[${thing}];`);
    moveThing(text, group.parts, thing, { code: to, low: 0, high: group.size - 1 });
  }
}

function moveThing(text: FunctionText, parts: readonly Part[], thing: number, to: Value): void {
  for (const part of parts) {
    const at = text.variable();
    text.add(`${at} = ${to.code} * ${part.stride} + ${part.offset};`);
    const index = { code: at, low: 0, high: part.array.count - 1 };
    text.add(writeElement(part.array, index, renamed(part, thing), resultName));
  }
}

/** Sorts the things of a group that nothing names. */
function sortThings(text: FunctionText, group: Group): void {
  const places = placePieces(group.parts.map(({ array }) => array.width));
  const spare = text.variable();
  const records = Array.from({ length: group.size }, (_, thing) => {
    const pieces = group.parts.map((part): Piece => {
      return { code: renamed(part, thing).code, width: part.array.width };
    });
    return chunkTexts(pieces).map((code) => {
      const variable = text.variable();
      text.add(`${variable} = ${code};`);
      return variable;
    });
  });
  text.add(...sortText(records, spare));
  for (const [thing, record] of records.entries()) {
    for (const [index, part] of group.parts.entries()) {
      const place = places[index];
      if (place === undefined) continue;
      const at = constant(thing * part.stride + part.offset);
      const value = anything(pieceText(record, place));
      text.add(writeElement(part.array, at, value, resultName));
    }
  }
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

/** A permutation that leaves alone what names none. */
function padded(order: readonly number[], length: number): number[] {
  return Array.from({ length }, (_, index) => order[index] ?? index);
}

function longestName({ groups, loose }: SymmetryPlan): number {
  const parts = [...groups.flatMap((group) => group.parts), ...loose];
  const names = parts.filter((part) => part.names !== null).map(({ array }) => 2 ** array.width);
  return Math.max(...groups.map(({ size }) => size), ...names);
}
