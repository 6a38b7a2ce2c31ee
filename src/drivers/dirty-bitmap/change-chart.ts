/**
 * How a change of a node gets into its bitmap: when it has ended, however it did (QEMU block/io.c,
 * `bdrv_co_write_req_finish`). A change that failed may have changed something.
 *
 * What a stored bitmap is of must not be changed.
 *
 * Marked before, a bitmap that is cleared between the mark and the write would never know of it.
 */
import { type Chart, requestChart } from "../../chart/chart.ts";
import { askClusters, askNode, call, done, failed } from "../../chart/effects.ts";
import { forwardChart, payloadOf } from "../../chart/forward.ts";
import { requestSetup } from "../../chart/request-setup.ts";

export type Change = "write" | "write-unchanged" | "write-compressed" | "write-zeroes" | "discard";

/**
 * @param mark with which the clusters are marked: in the bitmap, or in its successor; null: none is
 * @param persistent whether the bitmap may be stored
 */
export function changeChart(
  change: Change,
  mark: "MARK" | "MARK_SUCCESSOR" | null,
  persistent: boolean,
): Chart {
  const name = `dirty-bitmap/${change}`;
  if (mark === null && !persistent) return forwardChart(name, "file", change);
  const [end, giveUp] =
    mark === null ? (["done", "failed"] as const) : (["marking", "marking a failure"] as const);
  const machine = requestSetup<"STORED" | "IN_USE" | "OK">().createMachine({
    id: name,
    initial: persistent ? "checking" : "forwarding",
    context: { errno: null },
    states: {
      ...(persistent && {
        checking: { meta: askNode("CHECK"), on: { IN_USE: "forwarding", STORED: "refused" } },
        refused: { type: "final", meta: failed("EPERM") },
      }),
      forwarding: {
        meta: call("file", change, payloadOf(change)),
        on: { DONE: end, FAILED: { target: giveUp, actions: "remember" } },
      },
      ...(mark !== null && {
        marking: { meta: askClusters(mark), on: { OK: "done" } },
        "marking a failure": { meta: askClusters(mark), on: { OK: "failed" } },
      }),
      done: { type: "final", meta: done() },
      failed: { type: "final", meta: failed() },
    },
  });
  return requestChart(name, machine);
}
