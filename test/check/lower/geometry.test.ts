/**
 * How many cells a check can follow.
 */
import { expect, test } from "vitest";
import { Geometry } from "../../../src/check/lower/model/geometry.ts";

const CLUSTER = 64 * 1024;

/** A disk whose requests are aligned to 512 bytes. */
const ofClusters = (count: number) => new Geometry(CLUSTER, [512], null, count * CLUSTER);

test("1,024 cells are followed, and the next one is refused with what helps", () => {
  expect(ofClusters(8).cells(8 * CLUSTER)).toBe(1024);
  expect(() => ofClusters(9)).toThrow(
    "its requests cut the disk into 1152 cells of 512 bytes, and a check can follow 1024; " +
      "give the requests a coarser alignment, or a smaller disk",
  );
});
