/**
 * How the filter serves requests: what a read finds missing in the node below is copied there first
 * (QEMU block/io.c, `bdrv_co_do_copy_on_readv`).
 *
 * A read has its clusters for itself until it is over, so that no write comes between reading the
 * old data and writing it back. Writes only wait for such reads, not for each other.
 */
import { type Chart, requestChart } from "../../chart/chart.ts";
import { askClusters, call, done, failed, fork } from "../../chart/effects.ts";
import { payloadOf } from "../../chart/forward.ts";
import { requestSetup } from "../../chart/request-setup.ts";

/** QEMU hands out what it has copied; here it is read again, which nobody can have changed. */
export const readChart = (): Chart => copyingChart("copy-on-read/read", true);

/** A stream has what is missing copied, and reads nothing. */
export const populateChart = (): Chart => copyingChart("copy-on-read/populate", false);

function copyingChart(name: string, reads: boolean): Chart {
  const machine = requestSetup<"OK">().createMachine({
    id: name,
    initial: "serialising",
    context: { errno: null },
    states: {
      serialising: { meta: askClusters("SERIALISE"), on: { OK: "copying" } },
      copying: {
        meta: fork("copy"),
        on: {
          DONE: reads ? "reading" : "freeing",
          FAILED: { target: "giving up", actions: "remember" },
        },
      },
      ...(reads && {
        reading: {
          meta: call("file", "read", "data"),
          on: { DONE: "freeing", FAILED: { target: "giving up", actions: "remember" } },
        },
      }),
      freeing: { meta: askClusters("FREE"), on: { OK: "done" } },
      "giving up": { meta: askClusters("FREE"), on: { OK: "failed" } },
      done: { type: "final", meta: done() },
      failed: { type: "final", meta: failed() },
    },
  });
  return requestChart(name, machine);
}

/**
 * Copies one cluster, if some of it is missing.
 * @param ends whether what comes from below the last file of a chain stays there
 */
export function copyTaskChart(ends: boolean): Chart {
  const machine = requestSetup().createMachine({
    id: "copy-on-read/copy",
    initial: "inspecting",
    context: { errno: null },
    states: {
      inspecting: {
        meta: call("file", "is-missing"),
        on: { DONE: ends ? "looking behind" : "reading", FAILED: "done" },
      },
      ...(ends && {
        "looking behind": {
          meta: call("file", "is-in-base"),
          on: { DONE: "done", FAILED: "reading" },
        },
      }),
      reading: {
        meta: call("file", "read", "old"),
        on: { DONE: "saving", FAILED: { target: "failed", actions: "remember" } },
      },
      saving: {
        meta: call("file", "write-unchanged", "old"),
        on: { DONE: "done", FAILED: { target: "failed", actions: "remember" } },
      },
      done: { type: "final", meta: done() },
      failed: { type: "final", meta: failed() },
    },
  });
  return requestChart("copy-on-read/copy", machine);
}

export function changeChart(
  change: "write" | "write-unchanged" | "write-compressed" | "write-zeroes" | "discard",
): Chart {
  const name = `copy-on-read/${change}`;
  const machine = requestSetup<"OK">().createMachine({
    id: name,
    initial: "entering",
    context: { errno: null },
    states: {
      entering: { meta: askClusters("ENTER"), on: { OK: "forwarding" } },
      forwarding: {
        meta: call("file", change, payloadOf(change)),
        on: { DONE: "leaving", FAILED: { target: "giving up", actions: "remember" } },
      },
      leaving: { meta: askClusters("LEAVE"), on: { OK: "done" } },
      "giving up": { meta: askClusters("LEAVE"), on: { OK: "failed" } },
      done: { type: "final", meta: done() },
      failed: { type: "final", meta: failed() },
    },
  });
  return requestChart(name, machine);
}
