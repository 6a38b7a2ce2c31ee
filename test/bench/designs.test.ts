/**
 * The comparison of designs: its clock and its arithmetic, and what it says of a small disk.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DESIGNS } from "../../bench/designs/designs.ts";
import { EventQueue } from "../../bench/designs/event-queue.ts";
import { type Measured, measure } from "../../bench/designs/measure.ts";
import { front, paretoPlot } from "../../bench/designs/pareto.ts";
import { designTable, percentile } from "../../bench/designs/table.ts";

const GUEST = { name: "few places", rate: 1000, exponent: 1 };

test("things happen in the order of their times, and then in that in which they were said", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20)), (times) => {
      const queue = new EventQueue();
      const happened: [number, number][] = [];
      times.forEach((time, index) => {
        queue.at(time, () => happened.push([time, index]));
      });
      for (let event = queue.next(); event !== undefined; event = queue.next()) event.action();
      const expected = times.map((time, index): [number, number] => [time, index]);
      expected.sort((one, other) => one[0] - other[0] || one[1] - other[1]);
      expect(happened).toEqual(expected);
    }),
  );
});

test("no design on the front is beaten, and every other one is", () => {
  const point = fc.record({ name: fc.constant("d"), x: fc.nat(9), y: fc.nat(9) });
  const beats = (one: { x: number; y: number }, other: { x: number; y: number }) =>
    one.x <= other.x && one.y <= other.y && (one.x < other.x || one.y < other.y);
  fc.assert(
    fc.property(fc.array(point), (points) => {
      const best = front(points);
      for (const each of points) {
        expect(points.some((other) => beats(other, each))).toBe(!best.includes(each));
      }
    }),
  );
});

test("percentiles are values that were measured", () => {
  expect(percentile([3, 1, 2], 50)).toBe(2);
  expect(percentile([3, 1, 2], 100)).toBe(3);
  expect(percentile([], 99)).toBe(0);
});

test("a plot names every design", () => {
  const points = [
    { name: "one", x: 0, y: 1 },
    { name: "other", x: 7, y: 0.5 },
  ];
  const plot = paretoPlot(points, { title: "x", unit: "MiB" }, { title: "y", unit: "ms" });
  expect(plot).toMatch(/^<svg [\s\S]*>one<[\s\S]*>other<[\s\S]*<\/svg>\n$/);
  expect(plot).not.toMatch("NaN");
});

describe("on a small disk", () => {
  const measured = new Map(DESIGNS.map((design) => [design.name, measure(design, GUEST, 128)]));
  const of = (name: string): Measured => {
    const found = measured.get(name);
    if (found === undefined) throw new Error(`there is no design ${name}`);
    return found;
  };
  const slowest = (name: string) => percentile(of(name).latencies.writes, 100);

  test("every design's backup is the disk as it was, and no guest's request fails", () => {
    for (const { failed } of measured.values()) expect(failed).toBe(0);
  });

  test("the same comparison twice is the same", () => {
    const again = measure(of("push-view").design, GUEST, 128);
    expect(again).toEqual(of("push-view"));
  });

  test("a guest waits longer for a slow target than for a cache", () => {
    expect(slowest("backup-full")).toBeGreaterThan(2 * slowest("push-view"));
  });

  test("a cache with little memory is enough if what is there is copied first", () => {
    expect(slowest("cache-little-first")).toBeLessThan(slowest("push-view"));
    expect(of("cache-little-first").memory).toBeLessThan(of("cache-much").memory);
  });

  test("who discards what it has copied needs less space", () => {
    expect(of("pull-and-discard").disk).toBeLessThan(of("pull").disk);
  });

  test("the table has a line for each", () => {
    expect(designTable([...measured.values()])).toHaveLength(DESIGNS.length + 1);
  });
});
