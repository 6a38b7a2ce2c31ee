/**
 * One-line changes to how discards are put off: the naive versions.
 */
import { bypass, reanswer, redirect, withConfig } from "../../src/chart/mutate.ts";
import { changesOf } from "../changes.ts";

const { inRequest, inTask, inCluster } = changesOf("lazy-discards");

const OK = { actions: [{ type: "reply", params: { type: "OK" } }] };

/** A write leaves the discard of its cluster. */
export const writeKeepsDiscard = inCluster((chart) => reanswer(chart, "deferred", "DROP", OK));

/** A write is handed on first. */
export const writeDropsLate = inRequest("write", (chart) => {
  const begins = withConfig(chart, (config) => ({ ...config, initial: "forwarding" }));
  return redirect(redirect(begins, "dropping", "OK", "done"), "forwarding", "DONE", "dropping");
});

/** A write does not wait for a discard of its cluster that is on its way. */
export const writeOvertakesDiscard = inCluster((chart) => reanswer(chart, "applying", "DROP", OK));

/** Discards that were put off are forgotten. */
export const applicationIsForgotten = inTask("apply", (chart) =>
  bypass(chart, "discarding", "DONE"),
);
