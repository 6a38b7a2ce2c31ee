/**
 * One-line changes to the copy-before-write filter, as the models use them for their mutants.
 */
import type { Chart } from "../src/chart/chart.ts";
import { askClusters } from "../src/chart/effects.ts";
import { bypass, redirect, replaceEffect } from "../src/chart/mutate.ts";
import type { DriverCharts } from "../src/drivers/driver.ts";
import type { ChartMutation } from "../src/system/system.ts";
import type { Operation } from "../src/vocabulary.ts";

/** Changes the chart that serves one operation of the filter. */
function inRequest(operation: Operation, change: (chart: Chart) => Chart): ChartMutation {
  return {
    driver: "copy-before-write",
    change: (charts: DriverCharts) => {
      const chart = charts.requests[operation];
      if (chart === undefined) return charts;
      return { ...charts, requests: { ...charts.requests, [operation]: change(chart) } };
    },
  };
}

/** The guest writes without waiting for view reads that still use the source. */
export const guestDoesNotDrain = inRequest("write", (chart) => bypass(chart, "draining", "OK"));

/** A discard is forwarded without saving the old data (H01). */
export const discardIsNotCopied = inRequest("discard", (chart) =>
  redirect(chart, "checking", "INTACT", "draining"),
);

/** Copied clusters are never marked done, so the view goes on reading the source. */
export const copiesAreNotSettled = inRequest("write", (chart) => bypass(chart, "settling", "OK"));

/** The view reads the source although the target has the old data (H03). */
export const viewIgnoresTarget = inRequest("snapshot-read", (chart) =>
  redirect(chart, "locating", "IN_TARGET", "freezing"),
);

/** A view discard makes the target forget the clusters but leaves them readable. */
export const discardLeavesAccess = inRequest("snapshot-discard", (chart) =>
  replaceEffect(chart, "excluding", askClusters("RESET", "interior")),
);

/** A task counts as done before its data is in the target. */
export const copyIsNotSaved: ChartMutation = {
  driver: "copy-before-write",
  change: (charts) => {
    const copy = charts.tasks.copy;
    if (copy === undefined) return charts;
    return { ...charts, tasks: { ...charts.tasks, copy: bypass(copy, "saving", "DONE") } };
  },
};
