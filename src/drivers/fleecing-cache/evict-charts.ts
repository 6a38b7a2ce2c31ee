/**
 * How a fleecing cache takes clusters out of memory: they are written to the disk tier first, and
 * only then is their memory free.
 *
 * Nobody reads a cluster meanwhile. If the disk tier does not take it, it stays in memory.
 */
import { type Chart, requestChart } from "../../chart/chart.ts";
import { askClusters, askNode, call, done, failed, fork } from "../../chart/effects.ts";
import { requestSetup } from "../../chart/request-setup.ts";
import { type FleecingCacheParameters, mayDrop } from "./parameters.ts";

/** Somebody has chosen which clusters: the cache's own policy, in a model whoever it lets do so. */
export function evictChart(): Chart {
  const machine = requestSetup<"OK">().createMachine({
    id: "fleecing-cache/evict",
    initial: "serialising",
    context: { errno: null },
    states: {
      serialising: { meta: askClusters("SERIALISE"), on: { OK: "spilling" } },
      spilling: {
        meta: fork("spill"),
        on: { DONE: "freeing", FAILED: { target: "giving up", actions: "remember" } },
      },
      freeing: { meta: askClusters("FREE"), on: { OK: "done" } },
      "giving up": { meta: askClusters("FREE"), on: { OK: "failed" } },
      done: { type: "final", meta: done() },
      failed: { type: "final", meta: failed() },
    },
  });
  return requestChart("fleecing-cache/evict", machine);
}

/**
 * One cluster, if it is in memory, and the disk tier has room. What the guest has not changed is on
 * its disk anyway, and what was released nobody needs.
 */
export function spillTaskChart(
  parameters: Pick<FleecingCacheParameters, "copyOnRead" | "readOnce" | "diskBudget">,
): Chart {
  const counts = parameters.diskBudget !== null;
  const failing = counts ? "giving disk back" : "failed";
  type Reply = "SPILL" | "GONE" | "KEPT" | "TAKEN" | "FULL" | "OK";
  const machine = requestSetup<Reply>().createMachine({
    id: "fleecing-cache/spill",
    initial: "asking",
    context: { errno: null },
    states: {
      asking: {
        meta: askClusters("EVICT"),
        on: {
          SPILL: counts ? "taking disk" : "reading",
          KEPT: "done",
          ...(mayDrop(parameters) && { GONE: "forgetting" }),
        },
      },
      ...(counts && {
        "taking disk": { meta: askNode("TAKE_DISK"), on: { TAKEN: "reading", FULL: "done" } },
        "giving disk back": { meta: askNode("GIVE_DISK"), on: { OK: "failed" } },
      }),
      reading: {
        meta: call("memory", "read", "old"),
        on: { DONE: "writing", FAILED: { target: failing, actions: "remember" } },
      },
      writing: {
        meta: call("disk", "write", "old"),
        on: { DONE: "marking", FAILED: { target: failing, actions: "remember" } },
      },
      marking: { meta: askClusters("SPILLED"), on: { OK: "forgetting" } },
      forgetting: { meta: call("memory", "discard"), on: { DONE: "giving", FAILED: "giving" } },
      giving: { meta: askNode("GIVE"), on: { OK: "done" } },
      done: { type: "final", meta: done() },
      failed: { type: "final", meta: failed() },
    },
  });
  return requestChart("fleecing-cache/spill", machine);
}
