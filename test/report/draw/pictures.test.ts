/**
 * Pictures: whatever is drawn is within the picture, stands on nothing else, and lines lead from
 * box to box, whatever things are called.
 */
import { instance } from "@viz-js/viz";
import fc from "fast-check";
import { expect, test } from "vitest";
import { MODELS } from "../../../models/index.ts";
import { DRIVERS } from "../../../src/drivers/registry.ts";
import { profile } from "../../../src/graph/profile.ts";
import { chartPicture } from "../../../src/report/draw/chart-picture.ts";
import { graphPicture } from "../../../src/report/draw/graph-picture.ts";
import { layOut } from "../../../src/report/draw/lay-out.ts";
import { atRest } from "../../../src/report/site/model/at-rest.ts";
import type { Picture, PictureBox } from "../../../src/report/site/picture.ts";

const viz = await instance();

const id = fc.string({ minLength: 1, maxLength: 8, unit: "binary" });

test("of anything is sound, and says everything as it was said", () => {
  const sketch = fc.uniqueArray(id, { minLength: 1, maxLength: 8 }).chain((ids) =>
    fc.record({
      ids: fc.constant(ids),
      texts: fc.array(fc.string({ unit: "binary", maxLength: 12 }), { minLength: 8, maxLength: 8 }),
      lines: fc.array(fc.tuple(fc.nat(ids.length - 1), fc.nat(ids.length - 1)), { maxLength: 9 }),
      direction: fc.constantFrom("down" as const, "right" as const),
    }),
  );
  fc.assert(
    fc.property(sketch, ({ ids, texts, lines, direction }) => {
      const look = { shape: "square", tone: "plain", hint: [], region: null } as const;
      const boxes = ids.map((id, index) => ({ id, lines: [texts[index] ?? ""], ...look }));
      const picture = layOut(viz, {
        ...{ title: "a picture", direction, boxes },
        lines: lines.map(([from, to], index) => ({
          ...{ from: ids[from] ?? "", to: ids[to] ?? "", label: texts[index % 8] ?? "" },
          ...{ arrow: true, tone: "plain", dashed: false, hint: [] },
        })),
      });
      requireSound(picture);
      expect(picture.boxes.map(({ id, lines }) => [id, ...lines])).toEqual(
        boxes.map(({ id, lines }) => [id, ...lines]),
      );
      expect(picture.lines.map(({ label }) => label?.text ?? "")).toEqual(
        lines.map((_, index) => texts[index % 8] ?? ""),
      );
    }),
    { numRuns: 60 },
  );
});

test("of the graph of every model has its users, its nodes, and where each mask is from", () => {
  for (const model of MODELS.values()) {
    const { graph, execution } = atRest(model);
    const drawn = { graph, nodes: execution.nodes, profile: profile(model.profile) };
    const picture = graphPicture(viz, model.title, drawn);
    requireSound(picture);
    const users = graph.devices.size + graph.exports.size + graph.jobs.size;
    expect(picture.boxes.length).toBeGreaterThanOrEqual(users + graph.nodes.size);
    expect(picture.lines).toHaveLength(graph.edges.length);
    for (const { hint } of picture.lines) expect(hint.length).toBeGreaterThan(0);
  }
});

test("of every chart of every driver has all its states", () => {
  for (const driver of DRIVERS.values()) {
    for (const { charts } of driver.variants({ readers: 2 }).slice(0, 2)) {
      const { cluster, node, requests, tasks } = charts;
      const all = [cluster, node, ...Object.values(requests), ...Object.values(tasks)];
      for (const chart of all) {
        if (chart === null || chart === undefined) continue;
        const picture = chartPicture(viz, chart.name, chart);
        requireSound(picture);
        const ids = new Set(picture.boxes.map(({ id }) => id));
        for (const { id } of Object.values(chart.machine.root.states)) expect(ids).toContain(id);
      }
    }
  }
});

function requireSound({ width, height, boxes, lines }: Picture): void {
  const ids = new Map(boxes.map((box) => [box.id, box]));
  expect(ids.size).toBe(boxes.length);
  for (const box of boxes) {
    expect(box.width).toBeGreaterThan(0);
    expect(box.x).toBeGreaterThanOrEqual(-1);
    expect(box.y).toBeGreaterThanOrEqual(-1);
    expect(box.x + box.width).toBeLessThanOrEqual(width + 1);
    expect(box.y + box.height).toBeLessThanOrEqual(height + 1);
  }
  const solid = boxes.filter(({ shape }) => shape !== "region");
  for (const [index, one] of solid.entries()) {
    for (const other of solid.slice(index + 1)) expect(overlap(one, other)).toBe(false);
  }
  for (const { from, to, path } of lines) {
    expect(ids.has(from) && ids.has(to)).toBe(true);
    expect(path).toMatch(/^M-?[\d.e+-]+,-?[\d.e+-]+C(-?[\d.e+-]+,-?[\d.e+-]+ ?)+$/);
  }
}

function overlap(one: PictureBox, other: PictureBox): boolean {
  const apart =
    one.x + one.width <= other.x + 1 ||
    other.x + other.width <= one.x + 1 ||
    one.y + one.height <= other.y + 1 ||
    other.y + other.height <= one.y + 1;
  return !apart;
}
