/**
 * fleece with guest-does-not-drain: view-equals-point-in-time.
 *
 * it is broken by step 7 (reader 0 reading disk cluster 0: read 1 from disk)
 *
 * Written by `blockgraph promote`.
 */
import { expect, it } from "vitest";
import { brokenOn } from "../support/regression.ts";

const TRACE = new URL("./fleece-guest-does-not-drain.trace", import.meta.url);

it("fleece keeps view-equals-point-in-time on the way that broke it", () => {
  expect(brokenOn(TRACE, null)).toEqual([]);
});

it("the trace still shows what guest-does-not-drain breaks", () => {
  const broken = brokenOn(TRACE, "guest-does-not-drain");
  expect(broken).toContain("view-equals-point-in-time");
});
