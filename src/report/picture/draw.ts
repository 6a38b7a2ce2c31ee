/**
 * Characters of a diagram. Lines are drawn as directions per cell; two lines that meet in a cell
 * add up to the character that shows both.
 */
import { centre, type Placed } from "./place.ts";
import type { Item } from "./rows.ts";

const [UP, RIGHT, DOWN, LEFT] = [1, 2, 4, 8] as const;
/** by the sum of the directions in which a line leaves the cell */
const LINES = " │─└││┌├─┘─┴┐┤┬┼";

/** rows of characters above a box's text: its border */
const BORDER = 1;

class Canvas {
  readonly #directions = new Map<string, number>();
  readonly #text = new Map<string, string>();
  #width = 0;
  #height = 0;

  write(row: number, column: number, text: string): void {
    for (const [index, character] of [...text].entries()) {
      if (character !== " ") this.#text.set(this.#cell(row, column + index), character);
    }
  }

  horizontal(row: number, from: number, to: number): void {
    for (let column = from; column <= to; column++) {
      this.#add(row, column, (column > from ? LEFT : 0) + (column < to ? RIGHT : 0));
    }
  }

  vertical(column: number, from: number, to: number): void {
    for (let row = from; row <= to; row++) {
      this.#add(row, column, (row > from ? UP : 0) + (row < to ? DOWN : 0));
    }
  }

  lines(): string[] {
    return Array.from({ length: this.#height }, (_, row) =>
      Array.from({ length: this.#width }, (_, column) => this.#character(row, column))
        .join("")
        .trimEnd(),
    );
  }

  #character(row: number, column: number): string {
    const cell = `${row},${column}`;
    const line = LINES[this.#directions.get(cell) ?? 0] ?? " ";
    return line === " " ? (this.#text.get(cell) ?? " ") : line;
  }

  #add(row: number, column: number, directions: number): void {
    const cell = this.#cell(row, column);
    this.#directions.set(cell, (this.#directions.get(cell) ?? 0) | directions);
  }

  #cell(row: number, column: number): string {
    this.#height = Math.max(this.#height, row + 1);
    this.#width = Math.max(this.#width, column + 1);
    return `${row},${column}`;
  }
}

/** A link with the columns at which it begins and ends. */
interface Wire {
  readonly from: number;
  readonly to: number;
  readonly label: string;
}

/** Draws placed items; the lines have no trailing blanks. */
export function draw(rows: readonly (readonly Placed[])[]): string[] {
  const canvas = new Canvas();
  const byItem = new Map(rows.flat().map((one) => [one.item, one]));
  let top = 0;
  for (const row of rows) {
    const height = Math.max(1, ...row.map(({ item }) => boxHeight(item)));
    for (const one of row) drawItem(canvas, one, top, height);
    const wires = row.flatMap((one) => wiresOf(one, byItem));
    if (wires.length === 0) return canvas.lines();
    top = drawWires(canvas, wires, top + height - 1);
  }
  return canvas.lines();
}

function boxHeight({ lines }: Item): number {
  return lines === null ? 1 : lines.length + 2 * BORDER;
}

/** A box is as high as its row; an arrow that passes is a line. */
function drawItem(canvas: Canvas, one: Placed, top: number, height: number): void {
  const { item, left, width } = one;
  const bottom = top + height - 1;
  if (item.lines === null) {
    canvas.vertical(left, top, bottom);
    return;
  }
  const right = left + width - 1;
  for (const row of [top, bottom]) canvas.horizontal(row, left, right);
  for (const column of [left, right]) canvas.vertical(column, top, bottom);
  for (const [index, line] of item.lines.entries()) {
    const indent = Math.floor((width - [...line].length) / 2);
    canvas.write(top + BORDER + index, left + indent, line);
  }
}

/** The links of an item to the next row, spread over its lower border from left to right. */
function wiresOf(one: Placed, byItem: ReadonlyMap<Item, Placed>): Wire[] {
  const links = one.item.below.flatMap(({ to, label }) => {
    const below = byItem.get(to);
    return below === undefined ? [] : [{ to: centre(below), label }];
  });
  links.sort((left, right) => left.to - right.to);
  if (links.length === 1) return links.map((link) => ({ ...link, from: centre(one) }));
  const step = one.width / (links.length + 1);
  return links.map((link, index) => ({
    ...link,
    from: one.left + Math.round(step * (index + 1) - 0.5),
  }));
}

/** @returns the row at which the boxes below begin */
function drawWires(canvas: Canvas, wires: readonly Wire[], bottom: number): number {
  const ends = [...new Set(wires.map(({ to }) => to))];
  const bundles = ends.map((to) => bundle(to, wires));
  const straight = bundles.filter(({ from, end }) => from === end);
  const lanes = assignLanes(bundles.filter((one) => !straight.includes(one)));
  const labelled = wires.some(({ label }) => label !== "");
  const first = bottom + 1 + (labelled ? 1 : 0);
  const next = first + Math.max(lanes.length, labelled ? 0 : 1);
  for (const { to } of straight) canvas.vertical(to, bottom, next);
  for (const [index, lane] of lanes.entries()) {
    for (const { to, wires: own, from, end } of lane) {
      for (const wire of own) canvas.vertical(wire.from, bottom, first + index);
      canvas.horizontal(first + index, from, end);
      canvas.vertical(to, first + index, next);
    }
  }
  for (const { from, label } of wires) canvas.write(bottom + 1, from + 2, label);
  return next;
}

/** All wires to one item: they share a horizontal line. */
interface Bundle {
  readonly to: number;
  readonly wires: readonly Wire[];
  /** columns that the horizontal line spans */
  readonly from: number;
  readonly end: number;
}

function bundle(to: number, all: readonly Wire[]): Bundle {
  const wires = all.filter((wire) => wire.to === to);
  const columns = [to, ...wires.map(({ from }) => from)];
  return { to, wires, from: Math.min(...columns), end: Math.max(...columns) };
}

/**
 * Bundles whose lines do not touch share a lane. A bundle that begins in the column in which
 * another one ends comes before it: the other way round the two would look like one.
 */
function assignLanes(bundles: readonly Bundle[]): Bundle[][] {
  const lanes: Bundle[][] = [];
  const laneOf = new Map<Bundle, number>();
  const left = new Set(bundles);
  while (left.size > 0) {
    const next =
      [...left].find((one) => ![...left].some((other) => other !== one && before(other, one))) ??
      [...left][0];
    if (next === undefined) break;
    left.delete(next);
    const earlier = bundles.filter((other) => laneOf.has(other) && before(other, next));
    let lane = Math.max(0, ...earlier.map((other) => (laneOf.get(other) ?? 0) + 1));
    while (lanes[lane]?.some((other) => other.from <= next.end && next.from <= other.end)) lane++;
    lanes[lane] = [...(lanes[lane] ?? []), next];
    laneOf.set(next, lane);
  }
  return lanes.map((lane) => lane ?? []);
}

function before(one: Bundle, other: Bundle): boolean {
  return one.wires.some(({ from }) => from === other.to);
}
