/**
 * One-line changes to a hook that saves to the target of a backup: when it flushes that.
 */
import { askClusters, call } from "../../src/chart/effects.ts";
import {
  confuse,
  exchangeEffects,
  reanswer,
  redirect,
  replaceEffect,
} from "../../src/chart/mutate.ts";
import { changesOf } from "../changes.ts";

const { inTask } = changesOf("copy-before-write");

/** What was saved counts as copied, and is flushed by nobody. */
export const savedIsNotFlushed = inTask("copy", (chart) =>
  ["saving", "zeroing"].reduce((left, state) => redirect(left, state, "DONE", "confirming"), chart),
);

/** The flush comes before the write; zeros are not flushed. */
export const flushedBeforeSaved = inTask("copy", (chart) =>
  redirect(exchangeEffects(chart, "saving", "flushing"), "zeroing", "DONE", "confirming"),
);

/** A cluster counts as copied first, and is flushed then. */
export const confirmedBeforeFlushed = inTask("copy", (chart) => {
  const asks = replaceEffect(chart, "flushing", askClusters("COPIED"));
  const confirmed = reanswer(
    reanswer(reanswer(asks, "flushing", "DONE", null), "flushing", "FAILED", null),
    "flushing",
    "OK",
    { target: "confirming" },
  );
  const flushes = replaceEffect(confirmed, "confirming", call("target", "flush"));
  const done = reanswer(flushes, "confirming", "DONE", { target: "done" });
  return reanswer(done, "confirming", "FAILED", {
    ...{ target: "failed", actions: [{ type: "remember" }] },
  });
});

/** A flush that failed is taken for success. */
export const flushErrorIsIgnored = inTask("copy", (chart) =>
  confuse(chart, "flushing", "FAILED", "DONE"),
);
