/**
 * The rules of the copy-before-write filter (C1-C12 and K4-K11 of the reference), each as a
 * sentence that its charts must say. Which interleavings follow from them is the checker's
 * business.
 */
import { describe, expect, test } from "vitest";
import type { Automaton } from "../../src/chart/automaton.ts";
import type { Chart } from "../../src/chart/chart.ts";
import { tabulate } from "../../src/chart/tabulate.ts";
import { copyBeforeWrite } from "../../src/drivers/copy-before-write/driver.ts";
import type { CopyBeforeWriteParameters } from "../../src/drivers/copy-before-write/parameters.ts";
import { profile } from "../../src/graph/profile.ts";
import { ERRNOS, type Operation } from "../../src/vocabulary.ts";
import { nameOf, offer, path, replyTo, stateAfter } from "../support/walk.ts";

const FAITHFUL: CopyBeforeWriteParameters = {
  onError: "break-guest-write",
  timeout: false,
  brokenView: "faithful",
  viewDiscard: "faithful",
  mixedRead: "repaired",
  flushesTarget: false,
  discardsSource: false,
  compresses: false,
};

function charts(changes: Partial<CopyBeforeWriteParameters> = {}) {
  const name = `copy-before-write ${JSON.stringify({ ...FAITHFUL, ...changes })}`;
  const found = copyBeforeWrite.variants({ readers: 2 }).find((variant) => variant.name === name);
  if (found === undefined) throw new RangeError(`no variant ${name}`);
  return found.charts;
}

function tables(chart: Chart | null | undefined): Automaton {
  if (chart === null || chart === undefined) throw new RangeError("no such chart");
  return tabulate(chart);
}

const cluster = (changes: Partial<CopyBeforeWriteParameters> = {}) =>
  tables(charts(changes).cluster);
const request = (operation: Operation, changes: Partial<CopyBeforeWriteParameters> = {}) =>
  tables(charts(changes).requests[operation]);
const copy = () => tables(charts().tasks.copy);
const effectAfter = (automaton: Automaton, ...events: readonly string[]) =>
  automaton.states[stateAfter(automaton, ...events)]?.effect;

/** Operations of a guest that change what it sees. */
const CHANGING = ["write", "write-zeroes", "discard"] as const;

describe("a cluster", () => {
  test("is copied by one task at a time: CLAIM waits while copying (K4, K9)", () => {
    const automaton = cluster();
    expect(replyTo(automaton, 0, "CLAIM")).toBe("GRANTED");
    const copying = stateAfter(automaton, "CLAIM");
    expect(offer(automaton, copying, "CLAIM")).toBeNull();
    expect(replyTo(automaton, stateAfter(automaton, "CLAIM", "COPIED"), "CLAIM")).toBe("ALREADY");
  });

  test("whose copy failed is dirty again: whoever waited for it copies it (K8, K9)", () => {
    const automaton = cluster();
    expect(stateAfter(automaton, "CLAIM", "ABANDON")).toBe(0);
    expect(replyTo(automaton, stateAfter(automaton, "CLAIM", "ABANDON"), "CLAIM")).toBe("GRANTED");
  });

  test("is read from the source until it is done, even if it is clean (C3.5, C8)", () => {
    const automaton = cluster();
    expect(replyTo(automaton, 0, "LOCATE")).toBe("IN_SOURCE");
    expect(replyTo(automaton, stateAfter(automaton, "CLAIM"), "LOCATE")).toBe("IN_SOURCE");
    expect(replyTo(automaton, stateAfter(automaton, "CLAIM", "COPIED"), "LOCATE")).toBe(
      "IN_SOURCE",
    );
    const done = stateAfter(automaton, "CLAIM", "COPIED", "SETTLE");
    expect(replyTo(automaton, done, "LOCATE")).toBe("IN_TARGET");
  });

  test("stays done once it is done", () => {
    const automaton = cluster().complete();
    for (const [state, { name }] of automaton.states.entries()) {
      if (!name.includes("·yes·")) continue;
      for (const event of automaton.events) {
        if (automaton.outOfBounds(state, automaton.event(event)) !== null) continue;
        const step = offer(automaton, state, event);
        if (step !== null) expect(nameOf(automaton, step.state)).toContain("·yes·");
      }
    }
  });

  test("keeps guest writes waiting for as long as a view read is frozen on it (C3.6)", () => {
    const automaton = cluster();
    expect(replyTo(automaton, 0, "DRAINED")).toBe("OK");
    expect(offer(automaton, stateAfter(automaton, "FREEZE"), "DRAINED")).toBeNull();
    expect(
      offer(automaton, stateAfter(automaton, "FREEZE", "FREEZE", "THAW"), "DRAINED"),
    ).toBeNull();
    expect(replyTo(automaton, stateAfter(automaton, "FREEZE", "THAW"), "DRAINED")).toBe("OK");
  });

  test("is denied for good once a reader discarded it (C11)", () => {
    const automaton = cluster();
    expect(replyTo(automaton, 0, "ACCESS")).toBe("ALLOWED");
    const excluded = stateAfter(automaton, "EXCLUDE");
    expect(replyTo(automaton, excluded, "ACCESS")).toBe("DENIED");
    const later = stateAfter(automaton, "EXCLUDE", "RESET", "SETTLE", "FREEZE", "THAW", "EXCLUDE");
    expect(replyTo(automaton, later, "ACCESS")).toBe("DENIED");
  });

  test("that was discarded through the view costs the guest no copy (C11, K11)", () => {
    const automaton = cluster();
    expect(replyTo(automaton, stateAfter(automaton, "EXCLUDE", "RESET"), "CLAIM")).toBe("ALREADY");
    // A copy under way runs on: it lands in the target, where nobody reads it.
    expect(offer(automaton, stateAfter(automaton, "CLAIM", "RESET"), "CLAIM")).toBeNull();
    expect(replyTo(automaton, stateAfter(automaton, "CLAIM", "RESET"), "COPIED")).toBe("OK");
  });

  test("denied beats allowed, and the source beats the target, where clusters differ (C8)", () => {
    const { replies } = cluster();
    expect(replies.indexOf("DENIED")).toBeLessThan(replies.indexOf("ALLOWED"));
    expect(replies.indexOf("IN_SOURCE")).toBeLessThan(replies.indexOf("IN_TARGET"));
  });

  test("counts reads of the target only where discards wait for them (C11)", () => {
    expect(cluster().event("HOLD")).toBe(-1);
    const automaton = cluster({ viewDiscard: "repaired" });
    expect(replyTo(automaton, 0, "UNHELD")).toBe("OK");
    expect(offer(automaton, stateAfter(automaton, "HOLD"), "UNHELD")).toBeNull();
    expect(replyTo(automaton, stateAfter(automaton, "HOLD", "RELEASE"), "UNHELD")).toBe("OK");
  });
});

describe("the view", () => {
  test("breaks once and for all (C3.6)", () => {
    const automaton = tables(charts().node);
    expect(replyTo(automaton, 0, "CHECK")).toBe("INTACT");
    const broken = stateAfter(automaton, "BREAK");
    expect(replyTo(automaton, broken, "CHECK")).toBe("BROKEN");
    expect(replyTo(automaton, stateAfter(automaton, "BREAK", "BREAK"), "CHECK")).toBe("BROKEN");
  });
});

describe("a guest", () => {
  test.for(["read", "write-unchanged", "flush", "block-status"] as const)(
    "%s goes to the source untouched (C1, C3.1, C4, C7)",
    (operation) => {
      expect(effectAfter(request(operation))).toMatchObject({
        kind: "call",
        child: "file",
        operation,
        over: "request",
      });
    },
  );

  test.for(CHANGING)("%s saves, settles, drains, and only then writes (C2, C3)", (operation) => {
    const automaton = request(operation);
    expect(path(automaton, "INTACT", "DONE", "OK", "OK", "DONE")).toEqual([
      "checking",
      "copying",
      "settling",
      "draining",
      "forwarding",
      "done",
    ]);
    expect(effectAfter(automaton, "INTACT")).toEqual({ kind: "fork", task: "copy", over: "hull" });
    expect(effectAfter(automaton, "INTACT", "DONE")).toMatchObject({
      event: "SETTLE",
      over: "hull",
    });
    expect(effectAfter(automaton, "INTACT", "DONE", "OK")).toMatchObject({
      event: "DRAINED",
      over: "hull",
    });
    expect(effectAfter(automaton, "INTACT", "DONE", "OK", "OK")).toMatchObject({
      kind: "call",
      child: "file",
      operation,
      over: "request",
    });
  });

  test.for(ERRNOS)("write ends with the copy's %s under break-guest-write (C3.5)", (errno) => {
    const effect = effectAfter(request("write"), "INTACT", `FAILED(${errno})`);
    expect(effect).toMatchObject({ kind: "finish", errno, status: null });
  });

  test("write breaks the view instead under break-snapshot, drains, and succeeds (C3.6)", () => {
    const automaton = request("write", { onError: "break-snapshot" });
    const failed = ["INTACT", "FAILED(EIO)"];
    expect(effectAfter(automaton, ...failed)).toMatchObject({ chart: "node", event: "BREAK" });
    expect(path(automaton, ...failed, "OK", "OK", "DONE").slice(3)).toEqual([
      "draining",
      "forwarding",
      "done",
    ]);
    expect(effectAfter(automaton, ...failed, "OK", "OK", "FAILED(ENOSPC)")).toMatchObject({
      errno: "ENOSPC",
    });
  });

  test.for(CHANGING)("%s goes straight through a broken view, as QEMU does (C3.2)", (operation) => {
    expect(path(request(operation), "BROKEN")).toEqual(["checking", "forwarding"]);
  });

  test.for(CHANGING)("%s drains under a broken view, repaired (C3.2)", (operation) => {
    const automaton = request(operation, { brokenView: "repaired" });
    expect(path(automaton, "BROKEN", "OK")).toEqual(["checking", "draining", "forwarding"]);
  });

  test.for(ERRNOS)("write ends with the source's %s", (errno) => {
    const effect = effectAfter(request("write"), "BROKEN", `FAILED(${errno})`);
    expect(effect).toMatchObject({ kind: "finish", errno, status: null });
  });

  test("stops waiting only if there is a cbw-timeout (K10)", () => {
    expect(request("write").event("TIMEOUT")).toBe(-1);
    const broken = request("write", { timeout: true });
    expect(effectAfter(broken, "INTACT", "TIMEOUT")).toMatchObject({ errno: "ETIMEDOUT" });
    const breaking = request("write", { timeout: true, onError: "break-snapshot" });
    expect(effectAfter(breaking, "INTACT", "TIMEOUT")).toMatchObject({ event: "BREAK" });
    expect(path(breaking, "INTACT", "TIMEOUT", "OK", "OK", "DONE").at(-1)).toBe("done");
  });
});

describe("a copy", () => {
  test("claims, looks, reads the source, writes the target, and says so (K4-K8)", () => {
    const automaton = copy();
    expect(path(automaton, "GRANTED", "DATA", "DONE", "DONE", "OK")).toEqual([
      "claiming",
      "inspecting",
      "reading",
      "saving",
      "confirming",
      "done",
    ]);
    expect(effectAfter(automaton)).toMatchObject({ kind: "ask", chart: "cluster", event: "CLAIM" });
    expect(effectAfter(automaton, "GRANTED", "DATA")).toMatchObject({
      child: "file",
      operation: "read",
      register: "old",
    });
    expect(effectAfter(automaton, "GRANTED", "DATA", "DONE")).toMatchObject({
      child: "target",
      operation: "write",
      register: "old",
    });
    expect(effectAfter(automaton, "GRANTED", "DATA", "DONE", "DONE")).toMatchObject({
      event: "COPIED",
    });
  });

  test("does nothing where nothing is left to do", () => {
    expect(path(copy(), "ALREADY")).toEqual(["claiming", "done"]);
  });

  test("of zeros writes zeros (K5)", () => {
    expect(effectAfter(copy(), "GRANTED", "ZERO")).toMatchObject({
      child: "target",
      operation: "write-zeroes",
    });
  });

  test("takes an area whose status is unknown for data (K5)", () => {
    for (const errno of ERRNOS) {
      expect(path(copy(), "GRANTED", `FAILED(${errno})`, "DONE", "DONE", "OK").at(-1)).toBe("done");
    }
  });

  test.for([
    ["reads", ["GRANTED", "DATA"]],
    ["writes", ["GRANTED", "DATA", "DONE"]],
    ["writes zeros", ["GRANTED", "ZERO"]],
  ] as const)("that fails as it %s gives the cluster back and says why (K8)", ([, before]) => {
    for (const errno of ERRNOS) {
      const failed = [...before, `FAILED(${errno})`];
      expect(effectAfter(copy(), ...failed)).toMatchObject({ event: "ABANDON" });
      expect(effectAfter(copy(), ...failed, "OK")).toMatchObject({ kind: "finish", errno });
    }
  });

  test("can be cancelled before it begins, and not later (K10)", () => {
    const automaton = copy();
    expect(path(automaton, "CANCEL")).toEqual(["claiming", "done"]);
    for (const begun of [["GRANTED"], ["GRANTED", "DATA"], ["GRANTED", "DATA", "DONE"]]) {
      expect(offer(automaton, stateAfter(automaton, ...begun), "CANCEL")).toBeNull();
    }
  });
});

describe("a read of the view", () => {
  const located = ["INTACT", "ALLOWED"];

  test("asks if the view stands, then all clusters of the rest, then the next run (C8)", () => {
    const automaton = request("snapshot-read");
    expect(effectAfter(automaton)).toMatchObject({ chart: "node", event: "CHECK" });
    expect(effectAfter(automaton, "INTACT")).toMatchObject({ event: "ACCESS", over: "rest" });
    expect(effectAfter(automaton, ...located)).toMatchObject({ event: "LOCATE", run: true });
  });

  test.for([["BROKEN"], ["INTACT", "DENIED"]])("is denied: %j (C8)", (events) => {
    for (const operation of ["snapshot-read", "snapshot-block-status"] as const) {
      expect(effectAfter(request(operation), ...events)).toMatchObject({
        kind: "finish",
        errno: "EACCES",
        status: null,
      });
    }
  });

  test("reads the target where the cluster is done, and freezes nothing (C8)", () => {
    const automaton = request("snapshot-read");
    expect(path(automaton, ...located, "IN_TARGET", "DONE").slice(3)).toEqual([
      "reading target",
      "advancing",
    ]);
    expect(effectAfter(automaton, ...located, "IN_TARGET")).toMatchObject({
      child: "target",
      over: "span",
    });
  });

  test("freezes the whole rest before it reads the source, and thaws it after (C8)", () => {
    const automaton = request("snapshot-read");
    const reading = [...located, "IN_SOURCE", "OK"];
    expect(effectAfter(automaton, ...located, "IN_SOURCE")).toMatchObject({
      event: "FREEZE",
      over: "rest",
    });
    expect(effectAfter(automaton, ...reading)).toMatchObject({ child: "file", over: "span" });
    expect(effectAfter(automaton, ...reading, "DONE")).toMatchObject({
      event: "THAW",
      over: "rest",
    });
  });

  test("thaws after an error too, and ends with that error (C9)", () => {
    const reading = [...located, "IN_SOURCE", "OK"];
    for (const operation of ["snapshot-read", "snapshot-block-status"] as const) {
      const automaton = request(operation);
      for (const errno of ERRNOS) {
        const failed = [...reading, `FAILED(${errno})`];
        expect(effectAfter(automaton, ...failed)).toMatchObject({ event: "THAW", over: "rest" });
        expect(effectAfter(automaton, ...failed, "OK")).toMatchObject({ kind: "finish", errno });
      }
    }
  });

  test("begins every piece from the start: the view may break half way (C9)", () => {
    const automaton = request("snapshot-read");
    const piece = [...located, "IN_TARGET", "DONE"];
    expect(stateAfter(automaton, ...piece, "MORE")).toBe(0);
    expect(effectAfter(automaton, ...piece, "END")).toMatchObject({ kind: "finish", errno: null });
  });

  test("holds the clusters of the target it reads, repaired, and always lets them go (C11)", () => {
    const automaton = request("snapshot-read", { viewDiscard: "repaired" });
    const holding = [...located, "IN_TARGET"];
    expect(effectAfter(automaton, ...holding)).toMatchObject({ event: "HOLD", over: "span" });
    for (const end of ["DONE", ...ERRNOS.map((errno) => `FAILED(${errno})`)]) {
      expect(effectAfter(automaton, ...holding, "OK", end)).toMatchObject({
        event: "RELEASE",
        over: "span",
      });
    }
  });
});

test("block status of the view asks one layer about one run, and no more (C10)", () => {
  const automaton = request("snapshot-block-status");
  const located = ["INTACT", "ALLOWED"];
  expect(effectAfter(automaton, ...located, "IN_TARGET")).toMatchObject({
    child: "target",
    operation: "block-status",
    over: "span",
  });
  expect(effectAfter(automaton, ...located, "IN_TARGET", "ZERO")).toMatchObject({ kind: "finish" });
  const source = [...located, "IN_SOURCE", "OK", "DATA"];
  expect(effectAfter(automaton, ...source)).toMatchObject({ event: "THAW", over: "rest" });
});

describe("a discard of the view", () => {
  test("excludes, resets, and then empties the target, whole clusters only (C11)", () => {
    const automaton = request("snapshot-discard");
    expect(path(automaton, "OK", "OK", "DONE")).toEqual([
      "excluding",
      "resetting",
      "discarding",
      "done",
    ]);
    expect(effectAfter(automaton)).toMatchObject({ event: "EXCLUDE", over: "interior" });
    expect(effectAfter(automaton, "OK")).toMatchObject({ event: "RESET", over: "interior" });
    expect(effectAfter(automaton, "OK", "OK")).toMatchObject({
      child: "target",
      operation: "discard",
      over: "interior",
    });
  });

  test("of less than a cluster succeeds and does nothing (C11)", () => {
    expect(path(request("snapshot-discard"), "NONE")).toEqual(["excluding", "done"]);
  });

  test("waits for reads of the target, repaired (C11)", () => {
    const automaton = request("snapshot-discard", { viewDiscard: "repaired" });
    expect(effectAfter(automaton, "OK", "OK")).toMatchObject({ event: "UNHELD", over: "interior" });
    expect(effectAfter(automaton, "OK", "OK", "OK")).toMatchObject({ operation: "discard" });
  });
});

describe("options and profiles", () => {
  const keyOf = (options: object, name: Parameters<typeof profile>[0] = "qemu-10.0") =>
    JSON.parse(copyBeforeWrite.instantiate(options, profile(name)).chartKey);

  test("default to breaking the guest's write, without a time-out", () => {
    expect(keyOf({})).toEqual(["copy-before-write", FAITHFUL]);
    expect(keyOf({ "cbw-timeout": 0 })).toEqual(keyOf({}));
  });

  test("choose the charts", () => {
    expect(keyOf({ "cbw-timeout": 1, "on-cbw-error": "break-snapshot" })).toEqual([
      "copy-before-write",
      { ...FAITHFUL, onError: "break-snapshot", timeout: true },
    ]);
  });

  test("give QEMU's faults under QEMU's names and the repairs under `proposed`", () => {
    const old = { ...FAITHFUL, mixedRead: "faithful" };
    expect(keyOf({}, "qemu-7.2")).toEqual(["copy-before-write", old]);
    expect(keyOf({}, "qemu-10.0")).toEqual(["copy-before-write", FAITHFUL]);
    const repaired = { brokenView: "repaired", viewDiscard: "repaired" };
    expect(keyOf({}, "proposed")).toEqual(["copy-before-write", { ...FAITHFUL, ...repaired }]);
  });
});

test("nobody writes through the view (C12)", () => {
  const { requests } = charts();
  const views = Object.keys(requests).filter((operation) => operation.startsWith("snapshot-"));
  expect(views).toEqual(["snapshot-read", "snapshot-discard", "snapshot-block-status"]);
});
