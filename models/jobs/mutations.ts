/**
 * One-line changes to what jobs do.
 */
import type { Chart } from "../../src/chart/chart.ts";
import { askClusters, call, done } from "../../src/chart/effects.ts";
import {
  bypass,
  confuse,
  reanswer,
  redirect,
  replaceEffect,
  withConfig,
} from "../../src/chart/mutate.ts";
import { changesOf } from "../changes.ts";

const { inRequest, inTask } = changesOf("copy-before-write");

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

/** Changes the tasks of a job whose source is to forget what was copied, and of no other hook. */
const ofForgetful = (change: (chart: Chart) => Chart) =>
  inTask("copy", (chart) =>
    "discarding source" in (chart.machine.config.states ?? {}) ? change(chart) : chart,
  );

/** The view forgets a cluster that was read, and not yet written to the target. */
export const sourceForgetsEarly = ofForgetful((chart) => {
  const early = redirect(chart, "reading", "DONE", "discarding source");
  const then = ["DONE", "FAILED"].reduce(
    (left, event) => redirect(left, "discarding source", event, "saving"),
    early,
  );
  return redirect(then, "confirming", "OK", "done");
});

/** The view forgets also what could not be copied. */
export const sourceForgetsFailures = ofForgetful((chart) =>
  withConfig(chart, (config) => ({
    ...config,
    states: {
      ...config.states,
      abandoning: { meta: askClusters("ABANDON"), on: { OK: "discarding what failed" } },
      "discarding what failed": {
        meta: call("file", "discard"),
        on: { DONE: "failed", FAILED: "failed" },
      },
    },
  })),
);

/** The view is never told that a cluster was copied. */
export const sourceForgetsNothing = ofForgetful((chart) =>
  redirect(chart, "confirming", "OK", "done"),
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

const mirror = changesOf("mirror_top");

/** A mirror that is changed while it works has both kinds of charts for a guest's write. */
const inWrite = (isBlocking: boolean, change: (chart: Chart) => Chart) =>
  mirror.inRequest("write", (chart) =>
    "entering" in (chart.machine.config.states ?? {}) === isBlocking ? change(chart) : chart,
  );

/** What a guest writes is marked before it is on the disk. */
export const mirrorMarksEarly = inWrite(false, (chart) => {
  const begins = withConfig(chart, (config) => ({ ...config, initial: "touching" }));
  return redirect(redirect(begins, "touching", "OK", "forwarding"), "forwarding", "DONE", "done");
});

/** What a guest writes is not marked. */
export const mirrorForgetsWrites = inWrite(false, (chart) => bypass(chart, "touching", "OK"));

/** A cluster is clean only once it was copied. */
export const mirrorClaimsLate = mirror.inCluster((chart) => {
  const still = reanswer(chart, "dirty.yes", "CLAIM", null);
  return reanswer(still, "dirty.yes", "COPIED", { guard: "copied", target: "no" });
});

/** A guest's write does not wait for who copies its clusters, nor he for it. */
export const guestOvertakesCopy = inWrite(true, (chart) =>
  ["entering", "leaving", "leaving with an error"].reduce(
    (left, state) => bypass(left, state, "OK"),
    chart,
  ),
);

/** What the target refused of a guest's write is taken for written. */
export const mirrorForgetsErrors = inWrite(true, (chart) =>
  confuse(chart, "mirroring", "FAILED", "DONE"),
);

/** What the target refused of the job's copy is taken for copied. */
export const mirrorCopyForgetsErrors = mirror.inTask("copy", (chart) =>
  confuse(chart, "saving", "FAILED", "DONE"),
);

/** A guest's write that is at its clusters waits until nobody is. */
export const writeWaitsForItself = inWrite(true, (chart) =>
  replaceEffect(chart, "cleaning", askClusters("ENTER")),
);

/** The job waits where there is nothing to copy, instead of going on. */
export const mirrorWaitsForWork = mirror.inCluster((chart) =>
  reanswer(chart, "use.free", "CLAIM", {
    guard: "dirty",
    target: "copied",
    actions: [{ type: "reply", params: { type: "GRANTED" } }],
  }),
);

/** A write that went to the disk alone ends as if it had gone to the target as well. */
export const modeIsReadTwice = inWrite(false, (chart) => {
  const cleans = replaceEffect(chart, "touching", askClusters("CLEAN", "interior"));
  return confuse(cleans, "touching", "NONE", "OK");
});

/** A write clears also clusters that it covers in part. */
export const mirrorRoundsOutward = inWrite(true, (chart) =>
  replaceEffect(chart, "cleaning", askClusters("CLEAN")),
);
