/**
 * fleece with thaw-is-lost: guest-requests-end.
 *
 * guest 0 waits for ever: steps 6 to 7 repeat, and everybody has a turn
 *
 * Written by `blockgraph promote`.
 */
import { expect, it } from "vitest";
import { brokenOn } from "../support/regression.ts";

const TRACE = new URL("./fleece-thaw-is-lost.trace", import.meta.url);

it("fleece keeps guest-requests-end on the way that broke it", () => {
  expect(brokenOn(TRACE, null)).toEqual([]);
});

it("the trace still shows what thaw-is-lost breaks", () => {
  const broken = brokenOn(TRACE, "thaw-is-lost");
  expect(broken).toContain("guest-requests-end");
});
