/**
 * How much room a box of a drawing needs. Text is taken to be as wide as a typewriter's.
 */
import type { SketchBox } from "./sketch.ts";

/** points */
const CHARACTER_WIDTH = 7.2;
export const PADDING = 10;
const LINE_HEIGHT = 16;
/** of a dot where something begins */
const DOT = 12;

/** In points. */
export function boxSize({ lines, shape }: Pick<SketchBox, "lines" | "shape">) {
  if (shape === "plain" && lines.length === 0) return { width: DOT, height: DOT };
  const longest = Math.max(2, ...lines.map((line) => line.length));
  return {
    width: longest * CHARACTER_WIDTH + 2 * PADDING,
    height: Math.max(1, lines.length) * LINE_HEIGHT + PADDING,
  };
}
