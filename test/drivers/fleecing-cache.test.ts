/**
 * The clusters of a fleecing cache that keeps what is read: which may be dropped, and what becomes
 * of a fill that a copy overtakes; and those of one that lets go of what was read.
 */
import { describe, expect, test } from "vitest";
import { startCaching } from "../../models/fleecing-cache/parts.ts";
import { tabulate } from "../../src/chart/tabulate.ts";
import { clusterChart } from "../../src/drivers/fleecing-cache/cluster-chart.ts";
import { DRIVERS } from "../../src/drivers/registry.ts";
import { applyCommand } from "../../src/graph/commands.ts";
import { EMPTY_GRAPH } from "../../src/graph/graph.ts";
import { profile } from "../../src/graph/profile.ts";
import { refusal } from "../support/refusal.ts";
import { replyTo, stateAfter } from "../support/walk.ts";

const cluster = tabulate(
  clusterChart(2, {
    ...{ tiers: true, copyOnRead: true, diskTier: "early", diskBudget: null, readOnce: false },
  }),
);

const state = (...events: readonly string[]) => stateAfter(cluster, ...events);
const told = (event: string, ...before: readonly string[]) =>
  replyTo(cluster, state(...before), event);

const FILLED = ["FILL", "FILLED"];

describe("a cluster that is in memory for readers only", () => {
  test("is dropped, and then is on the guest's disk as before", () => {
    expect(told("DROP", ...FILLED)).toBe("DROPPED");
    expect(state(...FILLED, "DROP")).toBe(0);
  });

  test.each([
    ["is not there", []],
    ["is on its way there", ["FILL"]],
    ["is being read", [...FILLED, "ENTER"]],
    ["is somebody's turn", [...FILLED, "SERIALISE"]],
    ["has been changed", [...FILLED, "SETTLE"]],
    ["is counted on by a copy", [...FILLED, "PLAN"]],
    ["is reserved", ["RESERVE"]],
  ])("is not dropped if it %s", (_, before) => {
    expect(told("DROP", ...before)).toBeNull();
  });

  const READ = [...FILLED, "ENTER", "LEAVE"];

  test("is not dropped if it was read lately, until all have been told that time passed", () => {
    expect(told("DROP", ...READ)).toBeNull();
    expect(told("DROP", ...READ, "AGE")).toBe("DROPPED");
    expect(told("DROP", ...READ, "AGE", "ENTER", "LEAVE")).toBeNull();
  });

  test("is nobody's any more once it was released, however lately it was read", () => {
    expect(told("DROP", ...READ, "EXCLUDE")).toBe("DROPPED");
  });

  test.each([
    ["changed", ["SETTLE"]],
    ["counted on by a copy", ["PLAN"]],
    ["on the disk tier", ["EVICT"]],
    ["released", ["EXCLUDE"]],
  ])("is %s, and when it was read makes no difference any more", (_, events) => {
    expect(state(...READ, ...events)).toBe(state(...FILLED, ...events));
  });

  test("need not be written to the disk tier", () => {
    expect(told("EVICT", ...FILLED)).toBe("GONE");
    expect(told("EVICT", ...FILLED, "SETTLE")).toBe("SPILL");
  });
});

describe("a fill that a copy overtakes", () => {
  test("leaves its room to the copy, which stores the cluster itself", () => {
    expect(told("PLAN", "FILL")).toBe("NEEDLESS");
    expect(told("PLACE", "FILL", "PLAN")).toBe("STORE");
  });

  test.each(["FILLED", "UNFILL"])("changes nothing any more with %s", (event) => {
    const stored = state("FILL", "PLAN", "SETTLE");
    expect(state("FILL", "PLAN", "SETTLE", event)).toBe(stored);
  });

  test("is not begun where the guest has changed the cluster", () => {
    expect(told("WANT")).toBe("VACANT");
    expect(told("WANT", "SETTLE")).toBe("NEEDLESS");
  });
});

describe("a cluster of zeros", () => {
  test.each([
    ["is not there", [], "KEPT"],
    ["is on its way into memory", ["FILL"], "GONE"],
    ["has room reserved", ["RESERVE"], "GONE"],
  ])("needs no room if it %s, and gives back what it has", (_, before, reply) => {
    expect(told("ZERO", ...before)).toBe(reply);
    expect(told("LOCATE", ...before, "ZERO", "SETTLE")).toBe("ZEROES");
    expect(told("PLAN", ...before, "ZERO")).toBe("NEEDLESS");
  });

  test.each([
    ["in memory", FILLED, "IN_MEMORY"],
    ["on the disk tier", ["RESERVE", "SETTLE", "SPILLED"], "IN_DISK"],
  ])("stays where it is if it is %s", (_, before, place) => {
    expect(told("LOCATE", ...before, "ZERO")).toBe(place);
  });
});

describe("a guest", () => {
  test("finds what is in memory and not changed, while it is nobody's turn", () => {
    expect(told("PEEK", ...FILLED)).toBe("HIT");
    for (const more of ["CHANGE", "SETTLE", "PLAN", "SERIALISE"]) {
      expect(told("PEEK", ...FILLED, more)).toBe("MISS");
    }
    expect(told("PEEK")).toBe("MISS");
  });
});

describe("a cluster that may be read once", () => {
  const once = tabulate(
    clusterChart(2, {
      ...{ tiers: true, copyOnRead: false, diskTier: "late", diskBudget: null, readOnce: true },
    }),
  );
  const KEPT = ["RESERVE", "SETTLE"];
  const toldOnce = (event: string, ...before: readonly string[]) =>
    replyTo(once, stateAfter(once, ...before), event);

  test.each([
    ["is read by nobody", ["ACKNOWLEDGE"], "ALLOWED"],
    ["was handed out", ["HAND", "HAND"], "ALLOWED"],
    ["was handed out and acknowledged", ["HAND", "ACKNOWLEDGE"], "DENIED"],
    ["is handed out again after that", ["HAND", "ACKNOWLEDGE", "HAND"], "DENIED"],
    ["was discarded without a read", ["EXCLUDE"], "DENIED"],
  ])("that %s", (_, before, reply) => {
    expect(toldOnce("ACCESS", ...before)).toBe(reply);
  });

  test("leaves its room to who needs it once it is acknowledged, and nobody is there", () => {
    const acknowledged = [...KEPT, "HAND", "ACKNOWLEDGE"];
    expect(toldOnce("DROP", ...KEPT, "HAND")).toBeNull();
    expect(toldOnce("DROP", ...acknowledged, "ENTER")).toBeNull();
    expect(toldOnce("DROP", ...acknowledged, "SERIALISE")).toBeNull();
    expect(toldOnce("DROP", ...acknowledged)).toBe("DROPPED");
    expect(toldOnce("EVICT", ...acknowledged)).toBe("GONE");
  });
});

test.each(["copy-on-read", "read-once"])(
  "nobody can wait for room that readers have: they would have to say that they let go (%s)",
  (option) => {
    const context = { drivers: DRIVERS, profile: profile("proposed") };
    const cache = { "memory-clusters": 1, [option]: true, "when-full": "wait" };
    const text = refusal("graph-refused", () =>
      startCaching(cache).reduce((graph, each) => applyCommand(graph, each, context), EMPTY_GRAPH),
    );
    expect(text).toMatch(`${option}=on cannot be used with when-full=wait, because`);
    expect(text).toMatch(/; leave it out and have readers discard what they have read/);
  },
);
