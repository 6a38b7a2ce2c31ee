/**
 * Two figures of every design against each other, as an SVG. A design that no other one beats in
 * both is on the front: filled, and joined to its neighbours.
 */
export interface Point {
  readonly name: string;
  readonly x: number;
  readonly y: number;
}

export interface Axis {
  readonly title: string;
  /** what its values are counted in */
  readonly unit: string;
}

const WIDTH = 640;
const HEIGHT = 400;
const LEFT = 70;
const RIGHT = 130;
const TOP = 24;
const BOTTOM = 48;
const LINE = 13;
const LETTER = 6.5;
const INK = "#24425c";
const MUTED = "#7a8894";

/** Whether no other point is at least as good in both, and better in one; less is better. */
export function front(points: readonly Point[]): Point[] {
  const beats = (one: Point, other: Point) =>
    one.x <= other.x && one.y <= other.y && (one.x < other.x || one.y < other.y);
  return points
    .filter((point) => !points.some((other) => beats(other, point)))
    .sort((one, other) => one.x - other.x || other.y - one.y);
}

/** @param points of which y is drawn by its logarithm; all y are positive */
export function paretoPlot(points: readonly Point[], x: Axis, y: Axis): string {
  const most = Math.max(...points.map((point) => point.x), 1);
  const step = roundStep(most / 5);
  const right = Math.ceil(most / step) * step;
  const [low, high] = decades(points.map((point) => point.y));
  const acrossOf = (value: number) => LEFT + (value / right) * (WIDTH - LEFT - RIGHT);
  const downOf = (value: number) =>
    HEIGHT - BOTTOM - ((Math.log10(value) - low) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  const best = front(points);
  const line = best.map((point) => `${fixed(acrossOf(point.x))},${fixed(downOf(point.y))}`);
  const lines = Array.from({ length: high - low + 1 }, (_, index) => {
    const value = 10 ** (low + index);
    const at = fixed(downOf(value));
    return (
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}" stroke="#d5dbe1"/>` +
      text(LEFT - 8, downOf(value) + 4, `${value} ${y.unit}`, "end", MUTED)
    );
  });
  const ticks = Array.from({ length: Math.round(right / step) + 1 }, (_, index) => index * step);
  const across = ticks.map((value) =>
    text(acrossOf(value), HEIGHT - BOTTOM + 18, `${value} ${x.unit}`, "middle", MUTED),
  );
  const dots = points.map((point) => {
    const fill = best.includes(point) ? INK : "white";
    const place = `cx="${fixed(acrossOf(point.x))}" cy="${fixed(downOf(point.y))}"`;
    return `<circle ${place} r="5" fill="${fill}" stroke="${INK}"/>`;
  });
  const labels = apart(
    points.map(({ name, x: one, y: other }) => ({
      ...{ name, left: acrossOf(one) + 9, top: downOf(other) + 4 },
    })),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" ` +
      `aria-label="${y.title} against ${x.title}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>`,
    ...lines,
    ...across,
    text(LEFT, 14, y.title, "start", INK),
    text((WIDTH - RIGHT + LEFT) / 2, HEIGHT - 10, x.title, "middle", INK),
    `<polyline points="${line.join(" ")}" fill="none" stroke="${INK}" stroke-dasharray="4 3"/>`,
    ...dots,
    ...labels.map(({ name, left, top }) => text(left, top, name, "start", INK)),
    "</svg>",
    "",
  ].join("\n");
}

interface Label {
  readonly name: string;
  readonly left: number;
  readonly top: number;
}

/** Moves labels up or down that would lie upon others, or below the plot, as little as it takes. */
function apart(labels: readonly Label[]): Label[] {
  const placed: Label[] = [];
  for (const label of [...labels].sort((one, other) => one.top - other.top)) {
    const isFree = (top: number) =>
      top < HEIGHT - BOTTOM &&
      placed.every(
        (other) =>
          Math.abs(other.top - top) >= LINE ||
          other.left >= label.left + label.name.length * LETTER ||
          label.left >= other.left + other.name.length * LETTER,
      );
    const shifts = placed.flatMap((_, index) => [-(index + 1) * LINE, (index + 1) * LINE]);
    const shift = [0, ...shifts].find((each) => isFree(label.top + each)) ?? 0;
    placed.push({ ...label, top: label.top + shift });
  }
  return placed;
}

/** 1, 2 or 5 times a power of ten, not less than a value. */
function roundStep(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5].find((factor) => factor * power >= value) ?? 10) * power;
}

/** Powers of ten around values: of the largest below all, and of the smallest above. */
function decades(values: readonly number[]): [number, number] {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.ceil(Math.log10(Math.max(...values)));
  return [low, Math.max(high, low + 1)];
}

function text(x: number, y: number, content: string, anchor: string, fill: string): string {
  const place = `x="${fixed(x)}" y="${fixed(y)}" text-anchor="${anchor}" fill="${fill}"`;
  return `<text ${place}>${content}</text>`;
}

const fixed = (value: number) => value.toFixed(1);
