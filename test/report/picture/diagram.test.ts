/**
 * Boxes and arrows as text: everything is there once, nothing overlaps, and every arrow arrives.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Arrow, Box } from "../../../src/report/picture/box.ts";
import { drawDiagram } from "../../../src/report/picture/diagram.ts";

const box = (id: string, ...lines: string[]): Box => ({ id, lines: [id, ...lines] });
const arrow = (from: string, to: string, label = ""): Arrow => ({ from, to, label });

describe("a diagram", () => {
  test("of one box is that box", () => {
    expect(drawDiagram([box("disk", "raw")], [])).toEqual([
      "┌──────┐",
      "│ disk │",
      "│ raw  │",
      "└──────┘",
    ]);
  });

  test("of a chain is straight, with labels beside the arrows", () => {
    const boxes = [box("disk"), box("file")];
    expect(drawDiagram(boxes, [arrow("disk", "file", "file")])).toEqual([
      "┌──────┐",
      "│ disk │",
      "└──┬───┘",
      "   │ file",
      "┌──┴───┐",
      "│ file │",
      "└──────┘",
    ]);
  });

  test("of nothing is nothing", () => {
    expect(drawDiagram([], [])).toEqual([]);
  });
});

/** Diagrams without cycles: arrows lead from earlier to later boxes. */
const diagrams = fc
  .uniqueArray(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 2, maxLength: 9 })
  .chain((names) =>
    fc.record({
      boxes: fc.constant(names.map((name) => box(`<${name}>`))),
      arrows: fc.uniqueArray(
        fc
          .tuple(fc.nat(names.length - 1), fc.nat(names.length - 1))
          .filter(([from, to]) => from < to)
          .map(([from, to]) => arrow(`<${names[from]}>`, `<${names[to]}>`)),
        { maxLength: 14, selector: ({ from, to }) => `${from} ${to}` },
      ),
    }),
  );

describe("any diagram", () => {
  test("shows every box once, whole", () => {
    fc.assert(
      fc.property(diagrams, ({ boxes, arrows }) => {
        const text = drawDiagram(boxes, arrows).join("\n");
        for (const { id } of boxes) expect(text.split(` ${id} `)).toHaveLength(2);
        expect(text.match(/┌/g)?.length).toBeGreaterThanOrEqual(boxes.length);
      }),
    );
  });

  test("shows every box below all that point at it", () => {
    fc.assert(
      fc.property(diagrams, ({ boxes, arrows }) => {
        const lines = drawDiagram(boxes, arrows);
        const row = (id: string) => lines.findIndex((line) => line.includes(id));
        for (const { from, to } of arrows) expect(row(to)).toBeGreaterThan(row(from));
      }),
    );
  });

  test("leads a line out of every box with arrows, and into every box with some", () => {
    fc.assert(
      fc.property(diagrams, ({ boxes, arrows }) => {
        const text = drawDiagram(boxes, arrows).join("\n");
        const ends = new Set(arrows.map(({ to }) => to)).size;
        const arrivals = text.match(/┌[─┴]*┴[─┴]*┐/g) ?? [];
        expect(arrivals.length).toBeGreaterThanOrEqual(ends);
      }),
    );
  });
});
