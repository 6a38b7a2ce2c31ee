/**
 * fleece with reader-does-not-thaw: bounds.
 *
 * READ of reader leaves the bounds of fleece/cluster, in step 4 (reader 1 choosing cluster 0: from
 * cache)
 *
 * Written by `blockgraph promote`.
 */
import { expect, it } from "vitest";
import { brokenOn } from "../support/regression.ts";

const TRACE = new URL("./fleece-reader-does-not-thaw.trace", import.meta.url);

it("fleece keeps bounds on the way that broke it", () => {
  expect(brokenOn(TRACE, null)).toEqual([]);
});

it("the trace still shows what reader-does-not-thaw breaks", () => {
  const broken = brokenOn(TRACE, "reader-does-not-thaw");
  expect(broken).toContain("bounds");
});
