/**
 * One-line changes to what jobs do.
 */
import { call, done } from "../../src/chart/effects.ts";
import { confuse, redirect, withConfig } from "../../src/chart/mutate.ts";
import { changesOf } from "../changes.ts";

const { inRequest } = changesOf("copy-before-write");

/** The job reads the disk and writes its target, and asks nobody. */
export const jobDoesNotClaim = inRequest("copy", (chart) =>
  withConfig(chart, (config) => ({
    ...config,
    states: {
      ...config.states,
      copying: {
        meta: call("file", "read", "old"),
        on: { DONE: "saving", FAILED: { target: "failed", actions: "remember" } },
      },
      saving: {
        meta: call("target", "write", "old"),
        on: { DONE: "done", FAILED: { target: "failed", actions: "remember" } },
      },
      done: { type: "final", meta: done() },
    },
  })),
);

/** The job says that it has copied what it could not copy. */
export const jobHidesErrors = inRequest("copy", (chart) =>
  confuse(chart, "copying", "FAILED", "DONE"),
);

const backup = changesOf("fleecing-backup");

/** The view forgets a cluster before it was read. */
export const backupDiscardsFirst = backup.inTask("copy", (chart) => {
  const first = redirect(chart, "claiming", "GRANTED", "discarding source");
  const then = ["DONE", "FAILED"].reduce(
    (left, event) => redirect(left, "discarding source", event, "inspecting"),
    first,
  );
  return redirect(then, "confirming", "OK", "done");
});

/** The view is never told that a cluster was copied. */
export const backupKeepsSource = backup.inTask("copy", (chart) =>
  redirect(chart, "confirming", "OK", "done"),
);

/** The job says that it has copied what it could not copy. */
export const backupHidesErrors = backup.inRequest("copy", (chart) =>
  confuse(chart, "copying", "FAILED", "DONE"),
);
