/**
 * Lays a drawing out with Graphviz, and takes nothing from it but positions. What is too large for
 * it is laid out in layers instead.
 *
 * Graphviz is shown no text at all, only how much room each needs: so no name of anything can mean
 * something to it.
 */
import type { Graph as Dot, Viz } from "@viz-js/viz";
import { z } from "zod";
import type { Picture, PictureBox, PictureLine, Point } from "../site/picture.ts";
import { boxSize, PADDING } from "./box-size.ts";
import { layOutLayered } from "./layered/lay-out-layered.ts";
import type { DrawingSketch, SketchBox, SketchLine } from "./sketch.ts";

/** points */
const LABEL_FONT = 11;
const POINTS_PER_INCH = 72;

const pointText = z.string().regex(/^-?[\d.e+-]+,-?[\d.e+-]+$/);

/** What of Graphviz' answer is used. */
const laidOutSchema = z.object({
  bb: z.string(),
  objects: z
    .array(z.object({ name: z.string(), pos: pointText.optional(), bb: z.string().optional() }))
    .default([]),
  edges: z
    .array(z.object({ id: z.string(), pos: z.string(), lp: pointText.optional() }))
    .default([]),
});

/** Boxes up to which Graphviz takes a moment; it takes minutes for some thousand. */
const BOXES_MAX = 300;

/** @param viz as `instance()` of Graphviz gives it */
export function layOut(viz: Viz, sketch: DrawingSketch): Picture {
  const { title, boxes, lines } = sketch;
  if (boxes.length > BOXES_MAX) return layOutLayered(sketch);
  const names = new Map(boxes.map(({ id, shape }, index) => [id, nameOf(shape, index)]));
  const laidOut = laidOutSchema.parse(viz.renderJSON(dotOf(sketch, names), { yInvert: true }));
  const [, height = 0, width = 0] = numbers(laidOut.bb);
  const objects = new Map(laidOut.objects.map((object) => [object.name, object]));
  const edges = new Map(laidOut.edges.map((edge) => [edge.id, edge]));
  return {
    title,
    width,
    height,
    boxes: boxes.flatMap((box): PictureBox[] => {
      const { region: _region, ...rest } = box;
      const object = objects.get(names.get(box.id) ?? "");
      const area = object === undefined ? null : areaOf(box, object);
      return area === null ? [] : [{ ...rest, ...area }];
    }),
    lines: lines.flatMap((line, index): PictureLine[] => {
      const edge = edges.get(`e${index}`);
      return edge === undefined ? [] : [pictureLine(line, edge)];
    }),
  };
}

function nameOf(shape: SketchBox["shape"], index: number): string {
  return shape === "region" ? `cluster_${index}` : `n${index}`;
}

function dotOf(sketch: DrawingSketch, names: ReadonlyMap<string, string>): Dot {
  const { boxes, direction } = sketch;
  const within = (region: string | null): Required<Pick<Dot, "nodes" | "subgraphs">> => {
    const members = boxes.filter((box) => box.region === region);
    return {
      nodes: members
        .filter(({ shape }) => shape !== "region")
        .map((box) => ({ name: names.get(box.id) ?? "", attributes: sizeOf(box) })),
      subgraphs: members
        .filter(({ shape }) => shape === "region")
        .map(({ id, lines }) => ({
          name: names.get(id) ?? "",
          graphAttributes: { label: room(lines.join(" ").length), margin: PADDING },
          ...within(id),
        })),
    };
  };
  return {
    directed: true,
    graphAttributes: {
      ...{ rankdir: direction === "down" ? "TB" : "LR", compound: true },
      ...{ fontname: "Courier", fontsize: LABEL_FONT, nodesep: 0.3, ranksep: 0.45 },
    },
    nodeAttributes: { shape: "box", label: "", fixedsize: true },
    edgeAttributes: { fontname: "Courier", fontsize: LABEL_FONT },
    ...within(null),
    edges: sketch.lines.flatMap((line, index) => dotEdge(line, index, boxes, names)),
  };
}

/** A line that ends at a region leads to a box in it, and is cut off at its border. */
function dotEdge(
  { from, to, label, arrow }: SketchLine,
  index: number,
  boxes: readonly SketchBox[],
  names: ReadonlyMap<string, string>,
) {
  const [tail, head] = [from, to].map((id) => innerBox(id, boxes));
  if (tail === undefined || head === undefined) return [];
  const cut = {
    ...(tail !== from && { ltail: names.get(from) ?? "" }),
    ...(head !== to && { lhead: names.get(to) ?? "" }),
  };
  const attributes = {
    ...{ id: `e${index}`, arrowhead: arrow ? "normal" : "none", ...cut },
    ...(label !== "" && { label: room(label.length) }),
  };
  return [{ tail: names.get(tail) ?? "", head: names.get(head) ?? "", attributes }];
}

/** The box itself, or the first one in a region. */
function innerBox(id: string, boxes: readonly SketchBox[]): string | undefined {
  const box = boxes.find((each) => each.id === id);
  if (box?.shape !== "region") return box?.id;
  for (const inner of boxes) {
    if (inner.region !== id) continue;
    const found = innerBox(inner.id, boxes);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Text as wide as some characters. */
function room(characters: number): string {
  return "x".repeat(characters);
}

/** In inches. */
function sizeOf(box: SketchBox) {
  const { width, height } = boxSize(box);
  return { width: width / POINTS_PER_INCH, height: height / POINTS_PER_INCH };
}

type LaidOut = z.infer<typeof laidOutSchema>;

function areaOf(box: SketchBox, { pos, bb }: LaidOut["objects"][number]) {
  if (box.shape === "region") {
    if (bb === undefined) return null;
    const [x = 0, bottom = 0, right = 0, y = 0] = numbers(bb);
    return { x, y, width: right - x, height: bottom - y };
  }
  if (pos === undefined) return null;
  const [middle, centre] = numbers(pos);
  const { width, height } = boxSize(box);
  return { x: (middle ?? 0) - width / 2, y: (centre ?? 0) - height / 2, width, height };
}

/** `e,` is where the arrow's tip is; then the points of the curve. */
function pictureLine(line: SketchLine, { pos, lp }: LaidOut["edges"][number]): PictureLine {
  const { arrow, label, ...rest } = line;
  const words = pos.split(/\s+/);
  const tip = words.find((word) => word.startsWith("e,"));
  const points = words.filter((word) => !/^[es],/.test(word));
  const [first = "0,0", ...others] = points;
  const base = pointOf(points.at(-1) ?? first);
  return {
    ...rest,
    path: `M${first}${others.length === 0 ? "" : `C${others.join(" ")}`}`,
    arrow: arrow ? { tip: tip === undefined ? base : pointOf(tip.slice(2)), base } : null,
    label: label === "" || lp === undefined ? null : { text: label, at: pointOf(lp) },
  };
}

function pointOf(text: string): Point {
  const [x = 0, y = 0] = numbers(text);
  return { x, y };
}

function numbers(text: string): number[] {
  return text.split(",").map(Number);
}
