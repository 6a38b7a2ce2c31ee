/**
 * How one cluster gets from the files of a chain into their base (QEMU block/commit.c,
 * `commit_run`): what none of them has is there already.
 *
 * Nobody writes these files, so what was read is still what they hold when it has been written. On
 * failure the cluster is to be copied again.
 */
import { type Chart, requestChart } from "../../chart/chart.ts";
import { askClusters, call, done, failed } from "../../chart/effects.ts";
import { requestSetup } from "../../chart/request-setup.ts";

export function copyTaskChart(): Chart {
  const machine = requestSetup<"GRANTED" | "ALREADY" | "OK">().createMachine({
    id: "commit_top/copy",
    initial: "claiming",
    context: { errno: null },
    states: {
      claiming: { meta: askClusters("CLAIM"), on: { GRANTED: "inspecting", ALREADY: "done" } },
      inspecting: {
        meta: call("top", "is-in-base"),
        on: { DONE: "confirming", FAILED: "reading" },
      },
      reading: {
        meta: call("top", "read", "old"),
        on: { DONE: "saving", FAILED: { target: "abandoning", actions: "remember" } },
      },
      saving: {
        meta: call("base", "write", "old"),
        on: { DONE: "confirming", FAILED: { target: "abandoning", actions: "remember" } },
      },
      confirming: { meta: askClusters("COPIED"), on: { OK: "done" } },
      abandoning: { meta: askClusters("ABANDON"), on: { OK: "failed" } },
      done: { type: "final", meta: done() },
      failed: { type: "final", meta: failed() },
    },
  });
  return requestChart("commit_top/copy", machine);
}
