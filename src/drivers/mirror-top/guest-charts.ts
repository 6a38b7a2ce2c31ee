/**
 * How the filter of a mirror serves a guest's write, write-zeroes or discard (QEMU block/mirror.c,
 * `bdrv_mirror_top_do_write`).
 *
 *     background       it goes to the disk, and when it has ended, however it did, the job has to
 *                      copy its clusters (again): block/io.c, `bdrv_co_write_req_finish`
 *     write-blocking   it waits for who copies its clusters, goes to the disk and then to the
 *                      target, and ends when both have it; clusters that it covers wholly need no
 *                      copy any more. What the target refused the job has to copy; the guest does
 *                      not hear of it.
 */
import { type Chart, requestChart } from "../../chart/chart.ts";
import { askClusters, call, done, failed } from "../../chart/effects.ts";
import { payloadOf } from "../../chart/forward.ts";
import { requestSetup } from "../../chart/request-setup.ts";

type Change = "write" | "write-zeroes" | "discard";

export function backgroundChart(change: Change): Chart {
  const name = `mirror_top/${change}`;
  const machine = requestSetup<"OK">().createMachine({
    id: name,
    initial: "forwarding",
    context: { errno: null },
    states: {
      forwarding: {
        meta: call("backing", change, payloadOf(change)),
        on: { DONE: "touching", FAILED: { target: "giving up", actions: "remember" } },
      },
      touching: { meta: askClusters("TOUCH"), on: { OK: "done" } },
      "giving up": { meta: askClusters("TOUCH"), on: { OK: "failed" } },
      done: { type: "final", meta: done() },
      failed: { type: "final", meta: failed() },
    },
  });
  return requestChart(name, machine);
}

export function writeBlockingChart(change: Change): Chart {
  const name = `mirror_top/${change}`;
  const machine = requestSetup<"OK">().createMachine({
    id: name,
    initial: "entering",
    context: { errno: null },
    states: {
      entering: { meta: askClusters("ENTER"), on: { OK: "forwarding" } },
      forwarding: {
        meta: call("backing", change, payloadOf(change)),
        on: { DONE: "mirroring", FAILED: { target: "giving up", actions: "remember" } },
      },
      mirroring: {
        meta: call("target", change, payloadOf(change)),
        on: { DONE: "cleaning", FAILED: "touching" },
      },
      cleaning: { meta: askClusters("CLEAN", "interior"), on: { OK: "leaving", NONE: "leaving" } },
      touching: { meta: askClusters("TOUCH"), on: { OK: "leaving" } },
      leaving: { meta: askClusters("LEAVE"), on: { OK: "done" } },
      "giving up": { meta: askClusters("TOUCH"), on: { OK: "leaving with an error" } },
      "leaving with an error": { meta: askClusters("LEAVE"), on: { OK: "failed" } },
      done: { type: "final", meta: done() },
      failed: { type: "final", meta: failed() },
    },
  });
  return requestChart(name, machine);
}
