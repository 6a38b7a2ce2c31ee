/**
 * How one cluster gets from the source to the target (QEMU block/block-copy.c, rules K4-K10).
 *
 * The task claims its cluster, asks whether there is anything but zeros in it (K5; an error there
 * counts as data), copies, and reports. On failure the cluster is dirty again, so whoever waits for
 * it tries next (K9). A guest that stops waiting cancels only tasks that have not begun; a copy
 * under way runs on in the background (K10).
 */
import { type Chart, requestChart } from "../../chart/chart.ts";
import { askClusters, call, done, failed } from "../../chart/effects.ts";
import { requestSetup } from "../../chart/request-setup.ts";

export function copyTaskChart(): Chart {
  const name = "copy-before-write/copy";
  const machine = requestSetup<"GRANTED" | "ALREADY" | "OK">().createMachine({
    id: name,
    initial: "claiming",
    context: { errno: null },
    states: {
      claiming: {
        meta: askClusters("CLAIM"),
        on: { GRANTED: "inspecting", ALREADY: "done", CANCEL: "done" },
      },
      inspecting: {
        meta: call("file", "block-status"),
        on: { DATA: "reading", ZERO: "zeroing", FAILED: "reading" },
      },
      reading: {
        meta: call("file", "read", "old"),
        on: { DONE: "saving", FAILED: { target: "abandoning", actions: "remember" } },
      },
      saving: {
        meta: call("target", "write", "old"),
        on: { DONE: "confirming", FAILED: { target: "abandoning", actions: "remember" } },
      },
      zeroing: {
        meta: call("target", "write-zeroes"),
        on: { DONE: "confirming", FAILED: { target: "abandoning", actions: "remember" } },
      },
      confirming: { meta: askClusters("COPIED"), on: { OK: "done" } },
      abandoning: { meta: askClusters("ABANDON"), on: { OK: "failed" } },
      done: { type: "final", meta: done() },
      failed: { type: "final", meta: failed() },
    },
  });
  return requestChart(name, machine);
}
