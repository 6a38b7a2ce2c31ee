/**
 * One-line changes to the overlay: what a copy on write may not get wrong.
 */
import { bypass, confuse } from "../../src/chart/mutate.ts";
import { changesOf } from "../changes.ts";

const { inRequest } = changesOf("qcow2");

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
