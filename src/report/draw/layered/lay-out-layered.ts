/**
 * Lays out drawings that are too large for Graphviz: in layers from the top down, in time that
 * grows with their size. Nothing but the sketch decides; so the same sketch is the same picture.
 *
 * A tall picture is folded like a newspaper: what does not fit into a column goes on at the top of
 * the next. Lines that lead up, because they close a loop or go on in another column, are dashed.
 *
 * Limits: regions are left out, and lines to them. A line that passes through very many layers has
 * no room of its own there: it is drawn behind what it meets.
 */
import type { Picture, PictureBox, PictureLine, Point } from "../../site/picture.ts";
import { boxSize } from "../box-size.ts";
import type { DrawingSketch, SketchBox, SketchLine } from "../sketch.ts";
import { type Arrow, layersOf } from "./layers.ts";
import { type Item, orderLayers } from "./order.ts";
import { spreadLayers } from "./spread.ts";

/** points between two layers: room for a label */
const LAYER_GAP = 46;
const BOX_GAP = 22;
const COLUMN_GAP = 70;
const MARGIN = 6;
const ARROW = 9;
/** points of a line that passes through a layer */
const PASSING = 6;
/** how many times wider than tall a picture is whose layers are as wide as may be */
const WIDE = 1.6;
/** layers up to which a line has room of its own in each */
const PASSING_MAX = 40;
/** how many times taller than wide a picture may be; then it is folded */
const TALL = 2.5;

export function layOutLayered({ title, direction, ...sketch }: DrawingSketch): Picture {
  const right = direction === "right";
  const boxes = sketch.boxes.filter(({ shape }) => shape !== "region");
  const sizes = boxes.map((box) => turned(boxSize(box), right));
  const numbers = new Map(boxes.map(({ id }, index) => [id, index]));
  const lines = sketch.lines.flatMap((line) => {
    const [from, to] = [numbers.get(line.from), numbers.get(line.to)];
    return from === undefined || to === undefined ? [] : [{ from, to, line }];
  });
  const placed = placeAll(sizes, lines);
  const { points, width, height } = placed;
  return {
    title,
    ...turned({ width, height }, right),
    boxes: boxes.map((box, index) => {
      const middle = turnedPoint(points[index] ?? ORIGIN, right);
      return placedBox(box, middle, turned(sizes[index] ?? NOTHING, right));
    }),
    lines: lines.map((each) => {
      const way = (placed.ways.get(each) ?? []).map((point) => turnedPoint(point, right));
      return placedLine(each.line, way, right, placed.upwards.has(each));
    }),
  };
}

const ORIGIN: Point = { x: 0, y: 0 };
const NOTHING: Size = { width: 0, height: 0 };

interface Size {
  readonly width: number;
  readonly height: number;
}

function turned({ width, height }: Size, right: boolean): Size {
  return right ? { width: height, height: width } : { width, height };
}

function turnedPoint({ x, y }: Point, right: boolean): Point {
  return right ? { x: y, y: x } : { x, y };
}

interface Placed extends Size {
  /** the middles of boxes */
  readonly points: readonly Point[];
  /** points that lines lead through, from the border of a box to that of another */
  readonly ways: ReadonlyMap<Arrow, readonly Point[]>;
  /** arrows that lead up */
  readonly upwards: ReadonlySet<Arrow>;
}

function placeAll(sizes: readonly Size[], arrows: readonly Arrow[]): Placed {
  const widths = sizes.map(({ width }) => width + BOX_GAP);
  const { layerOf, backwards } = layersOf(widths, arrows, widthMost(sizes));
  const { layers, items, passing } = arrange(widths, arrows, layerOf, backwards);
  orderLayers(layers);
  const columns = fold(layers, spreadLayers(layers), heightsOf(sizes, layerOf));
  const at = (item: Item | undefined): Point => columns.points.get(item ?? LOST) ?? ORIGIN;
  const points = items.map(at);
  const upwards = new Set<Arrow>(backwards);
  const ways = new Map<Arrow, Point[]>();
  for (const arrow of arrows) {
    const [from, to] = [points[arrow.from] ?? ORIGIN, points[arrow.to] ?? ORIGIN];
    if (to.y <= from.y) upwards.add(arrow);
    const [out, into] = [(sizes[arrow.from]?.height ?? 0) / 2, (sizes[arrow.to]?.height ?? 0) / 2];
    const own = arrow.from === arrow.to;
    const through = own ? [{ x: from.x + (sizes[arrow.from]?.width ?? 0), y: from.y }] : [];
    const middle = (passing.get(arrow) ?? []).map(at);
    ways.set(arrow, [
      { x: from.x, y: from.y + out },
      ...through,
      ...middle,
      { x: to.x, y: to.y - into },
    ]);
  }
  return { points, ways, upwards, width: columns.width, height: columns.height };
}

/** How wide a layer may be, for all boxes to make a picture that can be looked at. */
function widthMost(sizes: readonly Size[]): number {
  const area = sizes.reduce(
    (sum, { width, height }) => sum + (width + BOX_GAP) * (height + LAYER_GAP),
    0,
  );
  return Math.sqrt(area * WIDE);
}

/** Stands for an item that is not there. */
const LOST: Item = { width: 0, above: [], below: [], position: 0 };

/** Items of boxes, and one in each layer that a line passes through. */
function arrange(
  widths: readonly number[],
  arrows: readonly Arrow[],
  layerOf: readonly number[],
  backwards: ReadonlySet<Arrow>,
) {
  const item = (width: number): Item => ({ width, above: [], below: [], position: 0 });
  const items = widths.map(item);
  const depth = layerOf.reduce((most, layer) => Math.max(most, layer + 1), 0);
  const layers = Array.from({ length: depth }, (): Item[] => []);
  for (const [index, each] of items.entries()) layers[layerOf[index] ?? 0]?.push(each);
  const passing = new Map<Arrow, Item[]>();
  for (const arrow of arrows) {
    if (backwards.has(arrow)) continue;
    const [first, last] = [layerOf[arrow.from] ?? 0, layerOf[arrow.to] ?? 0];
    const between = last - first - 1 > PASSING_MAX ? [] : layers.slice(first + 1, last);
    const through = between.map((layer) => {
      const each = item(PASSING);
      layer.push(each);
      return each;
    });
    const ends = [items[arrow.from], ...through, items[arrow.to]];
    for (const [index, above] of ends.entries()) {
      const below = ends[index + 1];
      if (above === undefined || below === undefined) continue;
      above.below.push(below);
      below.above.push(above);
    }
    passing.set(arrow, through);
  }
  return { layers, items, passing };
}

/** The height of every layer. */
function heightsOf(sizes: readonly Size[], layerOf: readonly number[]): number[] {
  const heights: number[] = [];
  for (const [index, { height }] of sizes.entries()) {
    const layer = layerOf[index] ?? 0;
    heights[layer] = Math.max(heights[layer] ?? 0, height);
  }
  return heights;
}

/** Puts layers below each other, in as many columns as make a picture that can be looked at. */
function fold(
  layers: readonly (readonly Item[])[],
  across: ReadonlyMap<Item, number>,
  heights: readonly number[],
): Size & { readonly points: ReadonlyMap<Item, Point> } {
  const extents = layers.map((layer) => extentOf(layer, across));
  const widest = extents.reduce((most, { left, right }) => Math.max(most, right - left), 1);
  const tall = heights.reduce((sum, each) => sum + each + LAYER_GAP, 0);
  const columns = Math.max(1, Math.round(Math.sqrt(tall / TALL / (widest + COLUMN_GAP))));
  const limit = columns === 1 ? Number.POSITIVE_INFINITY : tall / columns;
  const points = new Map<Item, Point>();
  let [x, y, width, height] = [MARGIN, MARGIN, 0, 0];
  let column: number[] = [];
  const end = (): void => {
    const left = column.reduce((least, each) => Math.min(least, extents[each]?.left ?? 0), 1e12);
    for (const index of column) {
      for (const item of layers[index] ?? []) {
        const point = points.get(item) ?? ORIGIN;
        const shifted = { x: point.x - left + x, y: point.y };
        points.set(item, shifted);
        width = Math.max(width, shifted.x + item.width / 2);
      }
    }
    [x, y, column] = [width + COLUMN_GAP, MARGIN, []];
  };
  for (const [index, layer] of layers.entries()) {
    const own = heights[index] ?? 0;
    if (column.length > 0 && y + own > limit) end();
    for (const item of layer) points.set(item, { x: across.get(item) ?? 0, y: y + own / 2 });
    column.push(index);
    height = Math.max(height, y + own + MARGIN);
    y += own + LAYER_GAP;
  }
  end();
  return { points, width, height };
}

function extentOf(layer: readonly Item[], across: ReadonlyMap<Item, number>) {
  let [left, right] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const item of layer) {
    const middle = across.get(item) ?? 0;
    left = Math.min(left, middle - item.width / 2);
    right = Math.max(right, middle + item.width / 2);
  }
  return { left, right };
}

function placedBox(box: SketchBox, middle: Point, { width, height }: Size): PictureBox {
  const { region: _region, ...rest } = box;
  return { ...rest, x: middle.x - width / 2, y: middle.y - height / 2, width, height };
}

/** A curve that leaves and reaches every point straight down, or straight to the right. */
function placedLine(
  { label, arrow, ...rest }: SketchLine,
  way: readonly Point[],
  right: boolean,
  upwards: boolean,
): PictureLine {
  const [first = ORIGIN, ...others] = way;
  const tip = others.at(-1) ?? first;
  const base = right ? { x: tip.x - ARROW, y: tip.y } : { x: tip.x, y: tip.y - ARROW };
  const ends = [...others.slice(0, -1), arrow ? base : tip];
  let path = `M${text(first)}C`;
  let at = first;
  for (const [index, to] of ends.entries()) {
    const bend = right ? (to.x - at.x) / 2 : (to.y - at.y) / 2;
    const [out, into] = right
      ? [
          { x: at.x + bend, y: at.y },
          { x: to.x - bend, y: to.y },
        ]
      : [
          { x: at.x, y: at.y + bend },
          { x: to.x, y: to.y - bend },
        ];
    path += `${index === 0 ? "" : " "}${text(out)} ${text(into)} ${text(to)}`;
    at = to;
  }
  const [next = first] = ends;
  const labelAt = { x: (first.x + next.x) / 2, y: (first.y + next.y) / 2 };
  return {
    ...rest,
    path,
    arrow: arrow ? { tip, base } : null,
    label: label === "" ? null : { text: label, at: labelAt },
    dashed: rest.dashed || upwards,
  };
}

function text({ x, y }: Point): string {
  return `${round(x)},${round(y)}`;
}

/** Hundredths of a point are more than can be seen. */
function round(length: number): number {
  return Math.round(length * 100) / 100;
}
