/**
 * One-line changes to copy-on-read: what who writes back what he has read may not get wrong.
 */
import { askClusters, call, fork } from "../../src/chart/effects.ts";
import { bypass, reanswer, replaceEffect } from "../../src/chart/mutate.ts";
import { changesOf } from "../changes.ts";

const { inRequest, inTask } = changesOf("copy-on-read");

/** A read takes no turn: writes go on while it copies. */
export const readsDoNotSerialise = inRequest("read", (chart) =>
  ["serialising", "freeing", "giving up"].reduce(
    (changed, state) => bypass(changed, state, "OK"),
    chart,
  ),
);

/** A write does not mind whose turn it is. */
export const writesDoNotEnter = inRequest("write", (chart) =>
  ["entering", "leaving", "giving up"].reduce(
    (changed, state) => bypass(changed, state, "OK"),
    chart,
  ),
);

/** A read copies first, and takes its turn only to read what it has copied. */
export const readsCopyBeforeTheirTurn = inRequest("read", (chart) => {
  const first = replaceEffect(chart, "serialising", fork("copy"));
  const copied = reanswer(first, "serialising", "DONE", { target: "copying" });
  const failed = reanswer(copied, "serialising", "FAILED", {
    ...{ target: "failed", actions: [{ type: "remember" }] },
  });
  const later = replaceEffect(failed, "copying", askClusters("SERIALISE"));
  return reanswer(later, "copying", "OK", { target: "reading" });
});

/** What is missing is taken for zeros. */
export const missingIsTakenForZeros = inTask("copy", (chart) =>
  replaceEffect(chart, "saving", call("file", "write-zeroes")),
);

/** A read whose copy failed keeps its turn. */
export const failedReadKeepsItsTurn = inRequest("read", (chart) =>
  bypass(chart, "giving up", "OK"),
);

/** A read that has its clusters for itself waits until it has. */
export const readWaitsForItself = inRequest("read", (chart) =>
  replaceEffect(chart, "freeing", askClusters("SERIALISE")),
);
