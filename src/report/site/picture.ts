/**
 * A drawing of boxes and lines that was laid out already: a block graph, a statechart.
 *
 * Whoever shows it draws text as text and colours by `tone`; nothing in here is markup. Lengths are
 * points, the origin is the upper left corner.
 */

/** What a thing is, where its colour says it. Colour is never the only sign. */
export const TONES = ["plain", "good", "bad", "open", "guest", "reader", "job", "quiet"] as const;
export type Tone = (typeof TONES)[number];

/** A frame with lines of text in its middle. */
export interface PictureBox {
  /** unique in the picture; a player marks boxes by it */
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly lines: readonly string[];
  /** rounded: a state, a user; square: a node; plain: text alone; region: around other boxes */
  readonly shape: "rounded" | "square" | "plain" | "region";
  readonly tone: Tone;
  /** what a reader learns who points at it, a line each; empty: nothing */
  readonly hint: readonly string[];
}

/** A line from one box to another. */
export interface PictureLine {
  readonly from: string;
  readonly to: string;
  /** an SVG path of absolute M and C commands: `M1,2C3,4 5,6 7,8` */
  readonly path: string;
  /** the tip of the arrow and the point where the line meets it; null: it has none */
  readonly arrow: { readonly tip: Point; readonly base: Point } | null;
  readonly label: { readonly text: string; readonly at: Point } | null;
  readonly tone: Tone;
  readonly dashed: boolean;
  /** what a reader learns who points at it, a line each: where each permission is from */
  readonly hint: readonly string[];
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Picture {
  /** what it shows, for who cannot see it */
  readonly title: string;
  readonly width: number;
  readonly height: number;
  /** regions before what they surround */
  readonly boxes: readonly PictureBox[];
  readonly lines: readonly PictureLine[];
}
