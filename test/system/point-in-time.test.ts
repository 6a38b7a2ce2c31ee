/**
 * Which clusters a request covers, where a filter ends within its last cluster.
 */
import { expect, test } from "vitest";
import {
  coveredClusters,
  type EntryOfHook,
  nothingSaid,
  type PointInTime,
} from "../../src/system/point-in-time.ts";

const CLUSTER = 4;

/** Two clusters and a half. */
const point: PointInTime = {
  ...nothingSaid(),
  ...{ content: new Uint8Array(10), window: null, clusterSize: CLUSTER, used: true },
};
const entry: EntryOfHook = { kind: "view", hook: "hook", shift: 0, releases: "whole" };

test.each([
  ["all of it", { offset: 0, length: 10 }, [0, 1], [0, 1, 2]],
  ["its end, from a cluster's beginning", { offset: 8, length: 2 }, [], [2]],
  ["its end, from within a cluster", { offset: 3, length: 7 }, [1], [1, 2]],
  ["a part of the last cluster", { offset: 8, length: 1 }, [], []],
  ["the end of the last cluster", { offset: 9, length: 1 }, [], []],
  ["a half of two clusters", { offset: 2, length: 4 }, [], []],
  ["nothing, at its end", { offset: 10, length: 0 }, [], []],
])("%s", (_, range, interior, whole) => {
  expect(coveredClusters(point, entry, range, "interior")).toEqual(interior);
  expect(coveredClusters(point, entry, range, "whole")).toEqual(whole);
});

test("an entry that begins within a filter ends where that does", () => {
  const shifted = { ...entry, shift: 4 } as const;
  expect(coveredClusters(point, shifted, { offset: 0, length: 6 }, "whole")).toEqual([1, 2]);
  expect(coveredClusters(point, shifted, { offset: 4, length: 1 }, "whole")).toEqual([]);
});
