/**
 * Sizes and shapes in a picture, and the picture in words.
 */
import type { Picture, PictureBox, PictureLine, Point } from "../../report/site/picture.ts";

const FONT_MAX = 13;
/** Of a sans-serif letter, as a part of the font's size. */
const LETTER_WIDTH = 0.56;
const LINE_HEIGHT = 1.25;
const PADDING = 6;

/** A size at which a box's lines stay inside it, whoever laid it out for whatever font. */
export function fontSizeOf({ lines, width, height, shape }: PictureBox): number {
  if (lines.length === 0 || shape === "region") return FONT_MAX - 1;
  const longest = Math.max(1, ...lines.map(({ length }) => length));
  const byWidth = (width - PADDING) / (longest * LETTER_WIDTH);
  const byHeight = height / (lines.length * LINE_HEIGHT);
  return Math.max(6, Math.min(FONT_MAX, byWidth, byHeight));
}

/** Half of an arrow head's width, as a part of its length. */
const HEAD_HALF_WIDTH = 0.42;

/** The three corners of an arrow's head, as SVG writes points. */
export function arrowHead({ tip, base }: { readonly tip: Point; readonly base: Point }): string {
  const [dx, dy] = [tip.x - base.x, tip.y - base.y];
  const left = { x: base.x - dy * HEAD_HALF_WIDTH, y: base.y + dx * HEAD_HALF_WIDTH };
  const right = { x: base.x + dy * HEAD_HALF_WIDTH, y: base.y - dx * HEAD_HALF_WIDTH };
  return [tip, left, right].map(({ x, y }) => `${x},${y}`).join(" ");
}

/** The picture for who cannot see it: what there is, and what leads where. */
export function outlineText({ boxes, lines }: Picture): string {
  const names = new Map(boxes.map(({ id, lines: words }) => [id, words.join(" ")]));
  const nameOf = (id: string): string => names.get(id) || id;
  const things = [...names.values()].filter(Boolean).join("; ");
  const ways = lines.map((line: PictureLine) => {
    const label = line.label === null ? "" : ` (${line.label.text})`;
    return `${nameOf(line.from)} to ${nameOf(line.to)}${label}`;
  });
  return `${things}. ${ways.join("; ")}`;
}
