/**
 * What a picture shows, before it is laid out: boxes, regions around boxes, and lines.
 */
import type { PictureBox, PictureLine } from "../site/picture.ts";

export interface SketchBox extends Pick<PictureBox, "id" | "lines" | "shape" | "tone" | "hint"> {
  /** the region that it is in; null: in none */
  readonly region: string | null;
}

export interface SketchLine extends Pick<PictureLine, "tone" | "dashed" | "hint"> {
  /** ids of boxes or of regions */
  readonly from: string;
  readonly to: string;
  /** empty: none */
  readonly label: string;
  readonly arrow: boolean;
}

export interface DrawingSketch {
  /** what it shows, for who cannot see it */
  readonly title: string;
  /** which way lines lead: down, or to the right */
  readonly direction: "down" | "right";
  /** every id once; regions before what they surround */
  readonly boxes: readonly SketchBox[];
  readonly lines: readonly SketchLine[];
}
