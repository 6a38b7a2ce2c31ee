/**
 * One-line changes to how the fleecing cache keeps zeros: the naive versions.
 */
import { done } from "../../src/chart/effects.ts";
import { bypass, confuse, reanswer, replaceEffect } from "../../src/chart/mutate.ts";
import { changesOf } from "../changes.ts";

const { inRequest, inTask, inCluster } = changesOf("fleecing-cache");

/** A cluster that was saved as zeros goes on being read from the disk. */
export const zerosAreForgotten = inCluster((chart) =>
  reanswer(chart, "memory.zero", "LOCATE", {
    actions: [{ type: "reply", params: { type: "IN_BACKING" } }],
  }),
);

/** Zeros that are saved do not wait for reads under way on their clusters. */
export const zerosTakeNoTurn = inRequest("write-zeroes", (chart) =>
  ["serialising", "leaving"].reduce((left, state) => bypass(left, state, "OK"), chart),
);

/** What a reader reads counts as zeros, although the disk says that there is data. */
export const anythingCountsAsZeros = inTask("fill", (chart) =>
  confuse(chart, "inspecting", "DATA", "ZERO"),
);

/** Where a request begins with zeros, all of it is said to be zeros. */
export const answerIsForAll = inRequest("block-status", (chart) =>
  replaceEffect(chart, "zeros", done("zero")),
);
