/**
 * Drawings in layers, of any graph: every box is there and stands on no other, lines lead down
 * unless they are dashed, and the same sketch is the same picture.
 */
import { instance } from "@viz-js/viz";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { layOut } from "../../../../src/report/draw/lay-out.ts";
import { layOutLayered } from "../../../../src/report/draw/layered/lay-out-layered.ts";
import type { DrawingSketch } from "../../../../src/report/draw/sketch.ts";
import type { Picture, PictureBox } from "../../../../src/report/site/picture.ts";

const look = { shape: "square", tone: "plain", hint: [], region: null } as const;
const lineLook = { arrow: true, tone: "plain", dashed: false, hint: [] } as const;

function sketchOf(
  texts: readonly (readonly string[])[],
  lines: readonly (readonly [number, number])[],
  direction: DrawingSketch["direction"] = "down",
): DrawingSketch {
  return {
    ...{ title: "a picture", direction },
    boxes: texts.map((own, index) => ({ id: `${index}`, lines: own, ...look })),
    lines: lines.map(([from, to]) => ({ from: `${from}`, to: `${to}`, label: "x", ...lineLook })),
  };
}

const anySketch = fc.integer({ min: 1, max: 40 }).chain((size) =>
  fc
    .record({
      texts: fc.array(fc.array(fc.string({ maxLength: 20 }), { maxLength: 3 }), {
        ...{ minLength: size, maxLength: size },
      }),
      lines: fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 80 }),
      direction: fc.constantFrom("down" as const, "right" as const),
    })
    .map(({ texts, lines, direction }) => sketchOf(texts, lines, direction)),
);

/** Where lines lead to lies further on than where they come from. */
function requireSound(picture: Picture, { boxes, lines, direction }: DrawingSketch): void {
  expect(picture.boxes.map(({ id }) => id)).toEqual(boxes.map(({ id }) => id));
  expect(picture.lines).toHaveLength(lines.length);
  const places = new Map(picture.boxes.map((box) => [box.id, box]));
  for (const { x, y, width, height } of picture.boxes) {
    expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
    expect(x + width).toBeLessThanOrEqual(picture.width);
    expect(y + height).toBeLessThanOrEqual(picture.height);
  }
  for (const { from, to, path, dashed, arrow } of picture.lines) {
    expect(path).toMatch(/^M-?[\d.]+,-?[\d.]+C(-?[\d.]+,-?[\d.]+ ?)+$/);
    const [above, below] = [places.get(from), places.get(to)];
    if (above === undefined || below === undefined) throw new Error("a line leads nowhere");
    const on = direction === "down" ? below.y - above.y : below.x - above.x;
    expect(dashed).toBe(on <= 0);
    const tip = arrow?.tip ?? { x: 0, y: 0 };
    expect(direction === "down" ? tip.y : tip.x).toBeCloseTo(
      direction === "down" ? below.y : below.x,
    );
  }
}

/** Sorted by where they begin, so that a thousand boxes are compared in no time. */
function overlapping(boxes: readonly PictureBox[]): number {
  const sorted = boxes.toSorted((one, other) => one.x - other.x);
  let found = 0;
  for (const [index, one] of sorted.entries()) {
    for (let at = index + 1; at < sorted.length; at++) {
      const other = sorted[at];
      if (other === undefined || other.x >= one.x + one.width) break;
      if (other.y < one.y + one.height && one.y < other.y + other.height) found++;
    }
  }
  return found;
}

const CHAIN = Array.from({ length: 1000 }, (_, index) => [`node${index}`, "qcow2"]);
const chain = sketchOf(
  CHAIN,
  CHAIN.slice(1).map((_, index) => [index, index + 1] as const),
);
const tree = sketchOf(
  CHAIN,
  CHAIN.slice(1).map((_, index) => [Math.floor(index / 3), index + 1] as const),
);

describe("a drawing in layers", () => {
  test("has every box, none on another, and lines that lead on or are dashed", () => {
    fc.assert(
      fc.property(anySketch, (sketch) => {
        const picture = layOutLayered(sketch);
        requireSound(picture, sketch);
        expect(overlapping(picture.boxes)).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  test("is the same for the same sketch", () => {
    fc.assert(
      fc.property(anySketch, (sketch) => {
        expect(layOutLayered(sketch)).toEqual(layOutLayered(structuredClone(sketch)));
      }),
      { numRuns: 50 },
    );
  });

  test("of a graph without loops dashes only what goes on in another column", () => {
    const picture = layOutLayered(chain);
    const dashed = picture.lines.filter((line) => line.dashed).length;
    expect(dashed).toBeGreaterThan(0);
    expect(dashed).toBeLessThan(40);
  });

  test.each([
    ["a chain", chain],
    ["a tree", tree],
  ] as const)("of a thousand boxes is drawn: %s", async (_, sketch) => {
    const picture = layOut(await instance(), sketch);
    expect(picture).toEqual(layOutLayered(sketch));
    requireSound(picture, sketch);
    expect(overlapping(picture.boxes)).toBe(0);
    const area = picture.boxes.reduce((sum, { width, height }) => sum + width * height, 0);
    expect(picture.width * picture.height).toBeLessThan(30 * area);
  });

  test("leaves a line through very many layers without room of its own", () => {
    const long = sketchOf(CHAIN, [
      ...CHAIN.slice(1).map((_, index) => [index, index + 1] as const),
      ...CHAIN.slice(2).map((_, index) => [0, index + 2] as const),
    ]);
    const picture = layOutLayered(long);
    requireSound(picture, long);
    expect(overlapping(picture.boxes)).toBe(0);
  });

  test("of fewer boxes is left to Graphviz", async () => {
    const few = sketchOf(CHAIN.slice(0, 3), [[0, 1]]);
    expect(layOut(await instance(), few)).not.toEqual(layOutLayered(few));
  });
});
