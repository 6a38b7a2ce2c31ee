/**
 * One-line changes to what takes layers out of chains.
 */
import { askClusters, call, fork } from "../../src/chart/effects.ts";
import { bypass, confuse, reanswer, redirect, replaceEffect } from "../../src/chart/mutate.ts";
import { changesOf } from "../changes.ts";

const filter = changesOf("copy-on-read");

/** The job takes no turn: writes go on while it copies. */
export const streamDoesNotSerialise = filter.inRequest("copy", (chart) =>
  ["serialising", "freeing", "giving up"].reduce(
    (changed, state) => bypass(changed, state, "OK"),
    chart,
  ),
);

/** The job copies first, and takes its turn only then. */
export const streamCopiesBeforeItsTurn = filter.inRequest("copy", (chart) => {
  const first = replaceEffect(chart, "serialising", fork("copy"));
  const copied = reanswer(first, "serialising", "DONE", { target: "copying" });
  const failed = reanswer(copied, "serialising", "FAILED", {
    ...{ target: "failed", actions: [{ type: "remember" }] },
  });
  const later = replaceEffect(failed, "copying", askClusters("SERIALISE"));
  return reanswer(later, "copying", "OK", { target: "freeing" });
});

/** What files below have is copied as zeros. */
export const missingIsZeros = filter.inTask("copy", (chart) =>
  replaceEffect(chart, "saving", call("file", "write-zeroes")),
);

/** A job whose copy failed keeps its turn. */
export const streamKeepsItsTurn = filter.inRequest("copy", (chart) =>
  bypass(chart, "giving up", "OK"),
);

/** Of the files above the base only the first is asked. */
export const onlyNextIsLookedAt = changesOf("qcow2").inRequest("is-in-base", (chart) =>
  redirect(chart, "locating", "IN_BACKING", "done"),
);

/** A commit of the file that is written takes what it holds for in the base. */
export const commitTakesOverlayForBase = changesOf("mirror_top").inTask("copy", (chart) =>
  redirect(chart, "looking below", "FAILED", "confirming"),
);

const commit = changesOf("commit_top");

/** The job says that it has copied what the base refused. */
export const commitForgetsErrors = commit.inTask("copy", (chart) =>
  confuse(chart, "saving", "FAILED", "DONE"),
);

/** What the files above the base have is taken for in the base, and the other way round. */
export const commitAsksTheOtherWay = commit.inTask("copy", (chart) =>
  redirect(redirect(chart, "inspecting", "DONE", "reading"), "inspecting", "FAILED", "confirming"),
);

/** The job reads what it copies from the base. */
export const commitReadsBase = commit.inTask("copy", (chart) =>
  replaceEffect(chart, "reading", call("base", "read", "old")),
);
