/**
 * fleecing with view-ignores-target: view-equals-point-in-time.
 *
 * a read through 'reader0' has 0xe0 at byte 131072 where 0x00 belongs
 *
 * Written by `blockgraph promote`.
 */
import { expect, it } from "vitest";
import { brokenOn } from "../support/regression.ts";

const TRACE = new URL("./fleecing-view-ignores-target.jsonl", import.meta.url);

it("fleecing keeps view-equals-point-in-time on the way that broke it", () => {
  expect(brokenOn(TRACE, null)).toEqual([]);
});

it("the trace still shows what view-ignores-target breaks", () => {
  const broken = brokenOn(TRACE, "view-ignores-target");
  expect(broken).toContain("view-equals-point-in-time");
});
