/**
 * The signs by which the series of a plot are told apart where colours cannot.
 */

export interface Shape {
  /** the same as a letter, for the legend */
  readonly sign: string;
  /** adds the shape around a point to what is drawn; `r`: half its width in pixels */
  readonly add: (path: Path2D, x: number, y: number, r: number) => void;
}

function polygon(path: Path2D, corners: readonly (readonly [number, number])[]): void {
  for (const [place, [x, y]] of corners.entries()) {
    if (place === 0) path.moveTo(x, y);
    else path.lineTo(x, y);
  }
  path.closePath();
}

export const SHAPES: readonly Shape[] = [
  {
    sign: "●",
    add: (path, x, y, r) => {
      path.moveTo(x + r, y);
      path.arc(x, y, r, 0, 2 * Math.PI);
    },
  },
  { sign: "■", add: (path, x, y, r) => path.rect(x - r * 0.9, y - r * 0.9, r * 1.8, r * 1.8) },
  {
    sign: "▲",
    add: (path, x, y, r) =>
      polygon(path, [
        [x, y - r * 1.2],
        [x + r * 1.1, y + r * 0.8],
        [x - r * 1.1, y + r * 0.8],
      ]),
  },
  {
    sign: "◆",
    add: (path, x, y, r) =>
      polygon(path, [
        [x, y - r * 1.3],
        [x + r * 1.3, y],
        [x, y + r * 1.3],
        [x - r * 1.3, y],
      ]),
  },
  {
    sign: "▼",
    add: (path, x, y, r) =>
      polygon(path, [
        [x, y + r * 1.2],
        [x + r * 1.1, y - r * 0.8],
        [x - r * 1.1, y - r * 0.8],
      ]),
  },
  {
    sign: "✚",
    add: (path, x, y, r) => {
      path.rect(x - r * 1.2, y - r * 0.4, r * 2.4, r * 0.8);
      path.rect(x - r * 0.4, y - r * 1.2, r * 0.8, r * 2.4);
    },
  },
];
