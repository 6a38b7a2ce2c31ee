/**
 * Changes to the charts of the qcow2 allocation protocol that take more than one line.
 */
import type { Chart } from "../src/chart/chart.ts";
import { requestChart } from "../src/chart/chart.ts";
import { askClusters, call, choose } from "../src/chart/effects.ts";
import { reanswer, redirect, withConfig } from "../src/chart/mutate.ts";
import { requestSetup } from "../src/chart/request-setup.ts";
import { hostReply } from "./qcow2-charts.ts";

/** A discard as QEMU's was before 5.2 (H44): what frees the cluster flushes before it returns. */
export function freesFirst(discard: Chart): Chart {
  const machine = requestSetup<"MAPPED" | "ABSENT" | "OK">().createMachine({
    id: discard.name,
    initial: "choosing",
    context: { errno: null },
    states: {
      choosing: { meta: choose("address"), on: { CHOSEN: "asking" } },
      asking: { meta: askClusters("READ"), on: { MAPPED: "finding", ABSENT: "choosing" } },
      finding: { meta: call("entry", "read"), on: { DONE: "giving up" } },
      "giving up": { meta: askClusters("GIVE_UP"), on: { OK: "flushing" } },
      flushing: { meta: call("file", "flush"), on: { DONE: "looking up" } },
      "looking up": {
        meta: askClusters("DISCARD"),
        on: { MAPPED: "unmapping", ABSENT: "choosing" },
      },
      unmapping: { meta: call("entry", "discard"), on: { DONE: "choosing" } },
    },
  });
  return requestChart(discard.name, machine);
}

/** A write whose entry names its new host cluster before its data is there. */
export function mapsFirst(chart: Chart): Chart {
  const mapping = redirect(chart, "taking", "OK", "mapping");
  return redirect(redirect(mapping, "placing", "OK", "writing"), "writing", "DONE", "choosing");
}

/** A commit that copies the entries when their turn to be written has come. */
export function copiesEntriesLate(chart: Chart): Chart {
  const early = redirect(chart, "copying refcounts", "DONE", "writing refcounts");
  const late = redirect(early, "syncing refcounts", "DONE", "copying mapping");
  return redirect(late, "copying mapping", "DONE", "writing mapping");
}

/** A commit that writes the entries first. */
export function entriesFirst(chart: Chart): Chart {
  const entries = redirect(chart, "copying mapping", "DONE", "writing mapping");
  const nothing = redirect(entries, "writing mapping", "NONE", "writing refcounts");
  const refcounts = redirect(nothing, "syncing mapping", "DONE", "writing refcounts");
  return redirect(refcounts, "syncing refcounts", "DONE", "ending");
}

/** A host cluster that is free for others while the hole in its place is still being punched. */
export function freeBeforeHole(chart: Chart): Chart {
  const free = { target: "free", guard: "idle", actions: [hostReply] };
  return withConfig(reanswer(chart, "unreferred", "PUNCH", free), (config) => ({
    ...config,
    on: { ...config.on, RELEASE: { actions: [hostReply] } },
  }));
}
