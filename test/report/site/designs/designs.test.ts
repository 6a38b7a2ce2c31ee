/**
 * The designs as the page tells of them: figures of the comparison, and which are on the front.
 */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { COSTS } from "../../../../bench/designs/costs.ts";
import { DESIGNS } from "../../../../bench/designs/designs.ts";
import { WORKLOADS } from "../../../../bench/designs/guest.ts";
import { measure } from "../../../../bench/designs/measure.ts";
import { designTable } from "../../../../bench/designs/table.ts";
import { MODELS } from "../../../../models/index.ts";
import { designsPage, front } from "../../../../src/report/site/designs/designs-page.ts";
import {
  COMPARED_DESIGNS,
  type Figures,
  MEASURED,
  MEDIA,
} from "../../../../src/report/site/designs/measured.ts";

/** A line of the table as people read it, as figures; null: it is none. */
function figuresOf(line: string): Figures | null {
  const [design = "", ...columns] = line.split(/ {2,}/);
  if (columns.length !== 9 || design === "design") return null;
  const number = (text = "-") => (text === "-" ? 0 : Number(text.split(" ")[0]));
  const [median, most, longest, stalls, , extra, memory, disk, done] = columns;
  return {
    ...{ design, latencies: [number(median), number(most), number(longest)] },
    ...{ stalls: number(stalls), extra: number(extra), memory: number(memory) },
    ...{ disk: number(disk), done: done === "-" ? null : number(done) },
  };
}

const tables = (lines: readonly string[]) =>
  lines.flatMap((line) => {
    const figures = figuresOf(line);
    return figures === null ? [] : [figures];
  });

describe("figures", () => {
  test("are those of the page beside the comparison", () => {
    const url = new URL("../../../../bench/designs/README.md", import.meta.url);
    const told = tables(readFileSync(url, "utf8").split("\n"));
    expect(told).toHaveLength(DESIGNS.length * WORKLOADS.length);
    expect(MEASURED.flatMap(({ figures }) => figures)).toEqual(told);
    expect(MEASURED.map(({ name }) => name)).toEqual(WORKLOADS.map(({ name }) => name));
  });

  test.each(["no-backup", "cache-tiers-late"])("of %s are measured again", (name) => {
    const [workload] = WORKLOADS;
    const design = DESIGNS.find((each) => each.name === name);
    if (design === undefined || workload === undefined) throw new Error(`there is no ${name}`);
    const [found] = tables(designTable([measure(design, workload)]));
    expect(found).toEqual(MEASURED[0]?.figures.find((each) => each.design === name));
  });

  test("rest on the costs that are said", () => {
    for (const { media, ...cost } of MEDIA) {
      for (const medium of media) expect(COSTS[medium]).toEqual(cost);
    }
    expect(MEDIA.flatMap(({ media }) => media).sort()).toEqual(Object.keys(COSTS).sort());
  });
});

test("designs are those that were compared, each with a model that there is", () => {
  expect(COMPARED_DESIGNS.map(({ name }) => name)).toEqual(DESIGNS.map(({ name }) => name));
  for (const { model } of COMPARED_DESIGNS)
    if (model !== null) expect(MODELS.has(model)).toBe(true);
});

test("every point is on the front, or beaten by one that is", () => {
  const figure = fc.nat(5);
  const points = fc.array(fc.record({ x: figure, y: figure, label: fc.constant("d") }), {
    minLength: 1,
  });
  fc.assert(
    fc.property(points, (given) => {
      const best = front(given);
      expect(best).not.toEqual([]);
      for (const point of given) {
        const beaten = best.some(({ x, y }) => x <= point.x && y <= point.y);
        expect(beaten).toBe(true);
      }
    }),
  );
});

test("each plot has all designs that copy", () => {
  const plots = designsPage().blocks.flatMap((block) =>
    block.kind === "plot" ? [block.plot] : [],
  );
  expect(plots).toHaveLength(4);
  for (const { series } of plots) {
    expect(series.flatMap(({ points }) => points)).toHaveLength(DESIGNS.length - 1);
  }
});
