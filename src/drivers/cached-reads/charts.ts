/**
 * How the filter serves a guest: reads by the cache if that has them, everything else as if it were
 * not there.
 */
import { type Chart, requestChart } from "../../chart/chart.ts";
import { call, done, failed } from "../../chart/effects.ts";
import { payloadOf } from "../../chart/forward.ts";
import { requestSetup } from "../../chart/request-setup.ts";

/** Whatever the cache says but "here it is", the guest's disk knows better. */
export function readChart(): Chart {
  const machine = requestSetup().createMachine({
    id: "cached-reads/read",
    initial: "trying cache",
    context: { errno: null },
    states: {
      "trying cache": {
        meta: call("cache", "read-unchanged", "data"),
        on: { DONE: "done", FAILED: "forwarding" },
      },
      forwarding: {
        meta: call("file", "read", "data"),
        on: { DONE: "done", FAILED: { target: "failed", actions: "remember" } },
      },
      done: { type: "final", meta: done() },
      failed: { type: "final", meta: failed() },
    },
  });
  return requestChart("cached-reads/read", machine);
}

/** A cache that cannot be told cannot be read either. */
export function changeChart(operation: "write" | "write-zeroes" | "discard"): Chart {
  const name = `cached-reads/${operation}`;
  const machine = requestSetup().createMachine({
    id: name,
    initial: "telling cache",
    context: { errno: null },
    states: {
      "telling cache": {
        meta: call("cache", "mark-changed"),
        on: { DONE: "forwarding", FAILED: "forwarding" },
      },
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
