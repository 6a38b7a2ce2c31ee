/**
 * One-line changes to the overlay: what a copy on write may not get wrong.
 */
import { bypass, confuse, reanswer, redirect } from "../../src/chart/mutate.ts";
import { changesOf } from "../changes.ts";

const { inCluster, inRequest, inTask } = changesOf("qcow2");

/** What a write leaves of a cluster is not copied to the overlay, which holds nothing there. */
export const restIsNotCopied = inTask("complete", (chart) =>
  redirect(chart, "inspecting", "MISSING", "done"),
);

/** Two writes put the same cluster into the overlay, and one copies over what the other wrote. */
export const claimIsShared = inCluster((chart) =>
  reanswer(chart, "map.allocating", "CLAIM", {
    actions: [{ type: "reply", params: { type: "OK" } }],
  }),
);

/** The overlay had no room for a write, and says that it succeeded. */
export const overlayErrorIsHidden = inRequest("write", (chart) =>
  confuse(chart, "writing", "FAILED", "DONE"),
);

/** Clusters for which there was no room stay those of the write that failed. */
export const failedWriteKeepsClusters = inRequest("write", (chart) =>
  bypass(chart, "abandoning", "OK"),
);

/** Clusters that are in the overlay by now stay those of the write that put them there. */
export const writeKeepsClusters = inRequest("write", (chart) => bypass(chart, "committing", "OK"));
