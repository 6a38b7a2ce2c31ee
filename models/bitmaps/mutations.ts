/**
 * One-line changes to what records changes.
 */
import { bypass, reanswer, redirect, withConfig } from "../../src/chart/mutate.ts";
import type { ChartMutation } from "../../src/system/system.ts";
import { changesOf } from "../changes.ts";

const { inRequest } = changesOf("dirty-bitmap");

/** What a guest writes is not recorded. */
export const bitmapForgetsWrites = inRequest("write", (chart) => bypass(chart, "marking", "OK"));

/** What a guest discards is not recorded. */
export const bitmapForgetsDiscards = inRequest("discard", (chart) =>
  bypass(chart, "marking", "OK"),
);

/** A change is recorded before it is made. */
export const bitmapMarksEarly = inRequest("write", (chart) => {
  const begins = withConfig(chart, (config) => ({ ...config, initial: "marking" }));
  return redirect(redirect(begins, "marking", "OK", "forwarding"), "forwarding", "DONE", "done");
});

const hook = changesOf("copy-before-write");

/** Who skips a cluster goes on letting readers see it. */
export const skippedIsShown = hook.inCluster((chart) =>
  reanswer(chart, "access.allowed", "EXCLUDE", { actions: [reply("OK")] }),
);

const reply = (type: string) => ({ type: "reply", params: { type } }) as const;

const bitmap = changesOf("dirty-bitmap");

/** The successor hears of no write. */
export const successorForgets = bitmap.inCluster((chart) =>
  reanswer(chart, "successor.clean", "MARK_SUCCESSOR", { actions: [reply("OK")] }),
);

/** The successor does not take the bitmap's place when that is dropped. */
export const successorIsDropped = bitmap.inCluster((chart) => {
  const kept = reanswer(chart, "recorded.dirty", "ABDICATE", { target: "clean" });
  return reanswer(kept, "recorded.clean", "ABDICATE", null);
});

/** Whether the job has succeeded makes no difference: its successor takes the bitmap's place. */
export const jobAbdicatesAnyway = bitmap.inCluster((chart) => {
  const succeeded = { guard: "succeeded", target: "dirty" };
  const clean = reanswer(chart, "recorded.clean", "RECLAIM", succeeded);
  return reanswer(clean, "recorded.dirty", "RECLAIM", { target: "clean" });
});

/** Who stores a bitmap cannot use it again. */
export const bitmapStaysStored: ChartMutation = {
  driver: "dirty-bitmap",
  change: (charts) => {
    const { node } = charts;
    if (node === null) return charts;
    return { ...charts, node: reanswer(node, "stored", "USE", { actions: [reply("OK")] }) };
  },
};

const cache = changesOf("fleecing-cache");

/** What is released, or was never to be kept, goes on being shown. */
export const cacheShowsReleased = cache.inCluster((chart) =>
  reanswer(chart, "copy.needed", "EXCLUDE", { actions: [reply("OK")] }),
);
