/**
 * fleecing with discard-is-not-copied: view-equals-point-in-time.
 *
 * a read through 'reader0' has 0x00 at byte 196608 where 0xe0 belongs
 *
 * Written by `blockgraph promote`.
 */
import { expect, it } from "vitest";
import { brokenOn } from "../support/regression.ts";

const TRACE = new URL("./fleecing-discard-is-not-copied.jsonl", import.meta.url);

it("fleecing keeps view-equals-point-in-time on the way that broke it", () => {
  expect(brokenOn(TRACE, null)).toEqual([]);
});

it("the trace still shows what discard-is-not-copied breaks", () => {
  const broken = brokenOn(TRACE, "discard-is-not-copied");
  expect(broken).toContain("view-equals-point-in-time");
});
