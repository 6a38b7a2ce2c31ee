/**
 * What a fleecing cache does for guests: it lets them read what it has in memory and none of them
 * has changed, which is what is on their disk as well.
 *
 * Nobody waits for anything but memory. Where the cache would have to wait, or something is not in
 * memory, the guest is told that there is nothing for it, and reads its disk. A read enters its
 * clusters so that they stay in memory while it lasts; a guest's write waits for that as it waits
 * for readers.
 */
import { type Chart, requestChart } from "../../chart/chart.ts";
import { askClusters, call, done, failed } from "../../chart/effects.ts";
import { requestSetup } from "../../chart/request-setup.ts";

/** All of the request is there, or nothing. */
export function readUnchangedChart(): Chart {
  const machine = requestSetup<"HIT" | "MISS" | "OK">().createMachine({
    id: "fleecing-cache/read-unchanged",
    initial: "peeking",
    context: { errno: null },
    states: {
      peeking: { meta: askClusters("PEEK"), on: { HIT: "entering", MISS: "missed" } },
      entering: { meta: askClusters("ENTER"), on: { OK: "reading" } },
      reading: {
        meta: call("memory", "read", "data"),
        on: { DONE: "leaving", FAILED: "giving up" },
      },
      leaving: { meta: askClusters("LEAVE"), on: { OK: "done" } },
      "giving up": { meta: askClusters("LEAVE"), on: { OK: "missed" } },
      done: { type: "final", meta: done() },
      missed: { type: "final", meta: failed("ENOTSUP") },
    },
  });
  return requestChart("fleecing-cache/read-unchanged", machine);
}

/** A guest is about to change the clusters. Whether it will succeed is not waited for. */
export function markChangedChart(): Chart {
  const machine = requestSetup<"OK">().createMachine({
    id: "fleecing-cache/mark-changed",
    initial: "marking",
    context: { errno: null },
    states: {
      marking: { meta: askClusters("CHANGE"), on: { OK: "done" } },
      done: { type: "final", meta: done() },
    },
  });
  return requestChart("fleecing-cache/mark-changed", machine);
}
