/**
 * A race that random designs found in QEMU's rules: one reader discards an area of the view while
 * another is reading it from the target.
 *
 *     agent 0   the guest overwrites cluster 1; its old data goes to the cache (agent 1)
 *     agent 2   reader0 reads cluster 1: copied, so it reads the cache, and nothing is frozen
 *     agent 3   reader1 discards cluster 1: the cache forgets it
 */
import { describe, expect, test } from "vitest";
import type { LogBody } from "../../src/log/record.ts";
import { io, setUp, start, step } from "../support/fleecing-graph.ts";
import { simulateScript } from "../support/script.ts";

const untilDiscard = [
  ...setUp(),
  io("guest", "write", 1, 0xaa),
  step(1),
  step(1),
  step(1),
  step(0),
  io("reader0", "read", 1),
  io("reader1", "discard", 1),
];

describe("a discard of the view under another reader's read", () => {
  test("faithful: the read returns zeros, with success", () => {
    const { simulation } = simulateScript(start("qemu-10.0"), [...untilDiscard, step(3), step(2)]);
    expect(simulation.session.monitor.violations).toMatchObject([
      {
        property: "view-equals-point-in-time",
        text: "a read through 'reader0' has 0x00 at byte 65536 where 0x11 belongs",
      },
    ]);
  });

  test("repaired: the discard waits for the read", () => {
    const { simulation } = simulateScript(start("proposed"), [
      ...untilDiscard,
      step(2),
      step(3, "WAKE"),
      step(3),
      io("reader0", "read", 1),
    ]);
    expect(simulation.session.monitor.violations).toEqual([]);
    expect(simulation.session.monitor.judged.get("discarded-is-unreadable")).toBe(1);
  });
});

test("what a reader has discarded, a guest overwrites without a copy", () => {
  const write = io("guest", "write", 1, 0xaa);
  const callsOf = (script: readonly LogBody[]) => {
    const { log } = simulateScript(start("proposed"), [...setUp(), ...script]);
    return log.records.filter(({ kind }) => kind === "step").length;
  };
  const discard = io("reader0", "discard", 1);
  // Status and data of the disk, the cache, the disk; of what was discarded, only the disk.
  expect(callsOf([write])).toBe(4);
  expect(callsOf([discard, write]) - callsOf([discard])).toBe(1);
});
