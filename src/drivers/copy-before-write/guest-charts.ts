/**
 * How the filter serves a guest's write, write-zeroes or discard: save the old data first (rule
 * C3).
 *
 * The whole hull is copied before anything is written; then the clusters are marked done, and only
 * then does the request wait for view reads that still use the source. In that order: a reader that
 * comes after the mark is sent to the target, so those that came before are all there are to wait
 * for (rule C13).
 *
 * Rule C3.2 comes in two variants. Once the view is broken, QEMU lets guest writes through at once:
 *     faithful   and does not wait for view reads in flight, which then return the guest's new data
 *                with success (defect R01, present in every QEMU since 7.1)
 *     repaired   waits for them first
 */

import { type Chart, requestChart } from "../../chart/chart.ts";
import { askClusters, askNode, call, done, failed, fork } from "../../chart/effects.ts";
import { payloadOf } from "../../chart/forward.ts";
import { requestSetup } from "../../chart/request-setup.ts";
import type { CopyBeforeWriteParameters } from "./parameters.ts";

/** @param operation what is forwarded to the source once the old data is safe */
export function guestChart(
  operation: "write" | "write-zeroes" | "discard",
  parameters: CopyBeforeWriteParameters,
): Chart {
  const name = `copy-before-write/${operation}`;
  const machine = requestSetup<"INTACT" | "BROKEN" | "OK">().createMachine({
    id: name,
    initial: "checking",
    context: { errno: null },
    states: {
      checking: {
        meta: askNode("CHECK"),
        on: {
          INTACT: "copying",
          BROKEN: parameters.brokenView === "repaired" ? "draining" : "forwarding",
        },
      },
      copying: {
        meta: fork("copy"),
        on: {
          DONE: "settling",
          FAILED: { target: "giving up", actions: "remember" },
          ...(parameters.timeout && {
            TIMEOUT: {
              target: "giving up",
              actions: { type: "blame", params: { errno: "ETIMEDOUT" } },
            },
          }),
        },
      },
      "giving up":
        parameters.onError === "break-guest-write"
          ? { type: "final", meta: failed() }
          : { meta: askNode("BREAK"), on: { OK: { target: "draining", actions: "forgive" } } },
      settling: { meta: askClusters("SETTLE"), on: { OK: "draining" } },
      draining: { meta: askClusters("DRAINED"), on: { OK: "forwarding" } },
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
