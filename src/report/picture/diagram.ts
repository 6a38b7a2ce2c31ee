/**
 * Boxes and arrows as text.
 *
 *     const text = drawDiagram(
 *       [{ id: "guest", lines: ["guest"] }, { id: "disk", lines: ["disk"] }],
 *       [{ from: "guest", to: "disk", label: "root" }],
 *     );
 *
 * Arrows point down, so what is drawn must have no cycles. The work is done in three steps, each a
 * file: which row a box belongs to (rows.ts), where in the row it stands (place.ts), and which
 * characters that makes (draw.ts).
 */
import type { Arrow, Box } from "./box.ts";
import { draw } from "./draw.ts";
import { place } from "./place.ts";
import { arrangeRows } from "./rows.ts";

/** The picture, line by line, without trailing blanks. */
export function drawDiagram(boxes: readonly Box[], arrows: readonly Arrow[]): string[] {
  return draw(place(arrangeRows(boxes, arrows)));
}
