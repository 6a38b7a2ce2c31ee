/**
 * fleecing with guest-does-not-drain: view-equals-point-in-time.
 *
 * a read through 'reader0' has 0xe0 at byte 65536 where 0xc8 belongs
 *
 * Written by `blockgraph promote`.
 */
import { expect, it } from "vitest";
import { brokenOn } from "../support/regression.ts";

const TRACE = new URL("./fleecing-guest-does-not-drain.jsonl", import.meta.url);

it("fleecing keeps view-equals-point-in-time on the way that broke it", () => {
  expect(brokenOn(TRACE, null)).toEqual([]);
});

it("the trace still shows what guest-does-not-drain breaks", () => {
  const broken = brokenOn(TRACE, "guest-does-not-drain");
  expect(broken).toContain("view-equals-point-in-time");
});
