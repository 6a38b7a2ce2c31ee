/**
 * How a change of a node gets into its bitmap: when it has ended, however it did (QEMU block/io.c,
 * `bdrv_co_write_req_finish`). A change that failed may have changed something.
 *
 * Marked before, a bitmap that is cleared between the mark and the write would never know of it.
 */
import { type Chart, requestChart } from "../../chart/chart.ts";
import { askClusters, call, done, failed } from "../../chart/effects.ts";
import { payloadOf } from "../../chart/forward.ts";
import { requestSetup } from "../../chart/request-setup.ts";

export type Change = "write" | "write-unchanged" | "write-zeroes" | "discard";

/** @param mark with which the clusters are marked: in the bitmap, or in its successor */
export function changeChart(change: Change, mark: "MARK" | "MARK_SUCCESSOR"): Chart {
  const name = `dirty-bitmap/${change}`;
  const machine = requestSetup<"OK">().createMachine({
    id: name,
    initial: "forwarding",
    context: { errno: null },
    states: {
      forwarding: {
        meta: call("file", change, payloadOf(change)),
        on: { DONE: "marking", FAILED: { target: "marking a failure", actions: "remember" } },
      },
      marking: { meta: askClusters(mark), on: { OK: "done" } },
      "marking a failure": { meta: askClusters(mark), on: { OK: "failed" } },
      done: { type: "final", meta: done() },
      failed: { type: "final", meta: failed() },
    },
  });
  return requestChart(name, machine);
}
