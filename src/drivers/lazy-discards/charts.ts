/**
 * How the filter puts discards off, and hands them on in the end.
 *
 * A discard is over once it is remembered. Whoever writes to such a cluster afterwards has its
 * discard dropped first, and only then is the write handed on: in the other order the discard might
 * be handed on in between, and take the new data with it.
 */
import { type Chart, requestChart } from "../../chart/chart.ts";
import { askClusters, call, done, failed, fork } from "../../chart/effects.ts";
import { payloadOf } from "../../chart/forward.ts";
import { requestSetup } from "../../chart/request-setup.ts";

/** A discard that leaves something out of every cluster is handed on as it came. */
export function deferChart(): Chart {
  const machine = requestSetup<"OK">().createMachine({
    id: "lazy-discards/discard",
    initial: "deferring",
    context: { errno: null },
    states: {
      deferring: {
        meta: askClusters("DEFER", "whole"),
        on: { OK: "done", NONE: "forwarding" },
      },
      forwarding: {
        meta: call("file", "discard"),
        on: { DONE: "done", FAILED: { target: "failed", actions: "remember" } },
      },
      done: { type: "final", meta: done() },
      failed: { type: "final", meta: failed() },
    },
  });
  return requestChart("lazy-discards/discard", machine);
}

export function changeChart(operation: "write" | "write-zeroes"): Chart {
  const name = `lazy-discards/${operation}`;
  const machine = requestSetup<"OK">().createMachine({
    id: name,
    initial: "dropping",
    context: { errno: null },
    states: {
      dropping: { meta: askClusters("DROP"), on: { OK: "forwarding" } },
      forwarding: {
        meta: call("file", operation, payloadOf(operation)),
        on: { DONE: "done", FAILED: { target: "failed", actions: "remember" } },
      },
      done: { type: "final", meta: done() },
      failed: { type: "final", meta: failed() },
    },
  });
  return requestChart(name, machine);
}

/** All that was put off in the range of the request. */
export function applyChart(): Chart {
  const machine = requestSetup().createMachine({
    id: "lazy-discards/apply-discards",
    initial: "applying",
    context: { errno: null },
    states: {
      applying: {
        meta: fork("apply"),
        on: { DONE: "done", FAILED: { target: "failed", actions: "remember" } },
      },
      done: { type: "final", meta: done() },
      failed: { type: "final", meta: failed() },
    },
  });
  return requestChart("lazy-discards/apply-discards", machine);
}

/** Hands the discard of one cluster on, if one was put off: once, or again after an error. */
export function applyTaskChart(): Chart {
  const machine = requestSetup<"GRANTED" | "NEEDLESS" | "OK">().createMachine({
    id: "lazy-discards/apply",
    initial: "claiming",
    context: { errno: null },
    states: {
      claiming: { meta: askClusters("CLAIM"), on: { GRANTED: "discarding", NEEDLESS: "done" } },
      discarding: {
        meta: call("file", "discard"),
        on: { DONE: "confirming", FAILED: { target: "giving up", actions: "remember" } },
      },
      confirming: { meta: askClusters("APPLIED"), on: { OK: "done" } },
      "giving up": { meta: askClusters("FAILED"), on: { OK: "failed" } },
      done: { type: "final", meta: done() },
      failed: { type: "final", meta: failed() },
    },
  });
  return requestChart("lazy-discards/apply", machine);
}
