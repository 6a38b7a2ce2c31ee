/**
 * What a guest is promised besides its data: flushes, block-status and errors, as the monitor
 * judges them. Each is broken once by a hook that does not do what it should.
 */
import { describe, expect, test } from "vitest";
import { forwarding } from "../../models/forwarding.ts";
import { PROPERTIES } from "../../properties/index.ts";
import { MemoryLog } from "../../src/log/memory-log.ts";
import type { LogBody } from "../../src/log/record.ts";
import { Simulation } from "../../src/simulate/simulation.ts";
import { driveScript } from "../../src/system/drive-script.ts";
import { seededSchedule } from "../../src/system/schedule.ts";
import { CLUSTER, io, setUp, start, step } from "../support/fleecing-graph.ts";

const flush: LogBody = {
  kind: "io",
  request: 0,
  through: "guest",
  operation: "flush",
  offset: 0,
  length: 0,
};
const fault = (agent: number): LogBody => ({ kind: "fault", agent, errno: "EIO" });
/** A guest's write of a cluster: its copy is the agent after it. */
const write = [io("guest", "write", 1, 0xaa), step(1), step(1), step(1), step(0)];

/** @param mutant name of a mutant of the model `forwarding`; null: the hook is as it should be */
function monitorOf(script: readonly LogBody[], mutant: string | null) {
  const simulation = new Simulation(
    { ...start("proposed"), mutant },
    { properties: [...PROPERTIES.values()], mutants: forwarding.mutants, sink: new MemoryLog() },
  );
  const { session } = simulation;
  simulation.run(driveScript([...setUp(), ...script], session, seededSchedule(0)));
  return session.monitor;
}

describe("a flush that succeeds", () => {
  test("has made stable what the guest wrote before", () => {
    const { violations, judged } = monitorOf([...write, flush, step(2)], null);
    expect(violations).toEqual([]);
    expect(judged.get("flushed-is-stable")).toBe(1);
  });

  test.each(["flush-goes-to-target", "flush-is-not-forwarded"])("is noticed: %s", (mutant) => {
    expect(monitorOf([...write, flush], mutant).violations).toMatchObject([
      {
        property: "flushed-is-stable",
        text:
          `after a flush through 'guest', stable storage has 0x11 at byte ${CLUSTER} ` +
          "where 0xaa belongs",
      },
    ]);
  });

  test("has nothing to do with a write that ends while it is under way", () => {
    const underWay = [io("guest", "write", 1, 0xaa), step(1), step(1), step(1)];
    const { violations, judged } = monitorOf([...underWay, flush, step(2), step(0)], null);
    expect(violations).toEqual([]);
    expect(judged.get("flushed-is-stable")).toBe(1);
  });

  test("is none if the disk refused it", () => {
    const { violations, judged } = monitorOf([...write, flush, fault(2)], null);
    expect(violations).toEqual([]);
    expect(judged.get("flushed-is-stable")).toBe(0);
    expect(judged.get("errors-are-told")).toBe(1);
  });
});

describe("block-status of the guest's disk", () => {
  const status = io("guest", "block-status", 1);

  test("is that of what the guest wrote", () => {
    const { violations, judged } = monitorOf([io("guest", "discard", 1), status], null);
    expect(violations).toEqual([]);
    expect(judged.get("status-says-something")).toBe(1);
  });

  test("that speaks of the cache is noticed", () => {
    expect(monitorOf([status], "status-is-of-target").violations).toMatchObject([
      {
        property: "guest-status-is-sound",
        text: `a block-status through 'guest' has 0x00 at byte ${CLUSTER} where 0x11 belongs`,
      },
    ]);
  });

  test("that failed and is taken for an answer is noticed, for both reasons", () => {
    const { violations } = monitorOf([status, fault(0)], "status-error-is-hidden");
    expect(violations.map(({ property, text }) => `${property}: ${text}`).sort()).toEqual([
      "errors-are-told: a block-status through 'guest' succeeded " +
        "although an image refused a call that it made",
      "status-says-something: a block-status through 'guest' succeeded " +
        "and said nothing of any byte",
    ]);
  });
});

describe("a refusal", () => {
  test("of a copy is the policy's business, and does not count", () => {
    const { judged } = monitorOf([io("guest", "write", 1, 0xaa), step(1), step(1), fault(1)], null);
    expect(judged.get("errors-are-told")).toBe(0);
  });

  test("of what the guest asked for counts once", () => {
    const refused = [io("guest", "write", 1, 0xaa), step(1), step(1), step(1), fault(0)];
    const { judged, violations } = monitorOf(refused, null);
    expect(judged.get("errors-are-told")).toBe(1);
    expect(violations).toEqual([]);
  });
});
