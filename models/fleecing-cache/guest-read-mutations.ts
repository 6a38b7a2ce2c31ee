/**
 * One-line changes to how guests read from the fleecing cache: the naive versions.
 */
import { bypass, reanswer } from "../../src/chart/mutate.ts";
import { changesOf } from "../changes.ts";

const { inRequest, inCluster } = changesOf("fleecing-cache");

/** A guest reads what is in memory, changed or not. */
export const inMemoryIsEnough = inCluster((chart) =>
  reanswer(chart, "memory.in", "PEEK", { actions: [{ type: "reply", params: { type: "HIT" } }] }),
);

/** Of several clusters one counts for all. */
export const hitInPartIsEnough = inCluster((chart) => {
  const others = chart.replies.filter((reply) => reply !== "HIT");
  return { ...chart, replies: ["HIT", ...others] };
});

/** What a guest reads in memory may leave it meanwhile. */
export const readHoldsNothing = inRequest("read-unchanged", (chart) =>
  ["entering", "leaving", "giving up"].reduce((left, state) => bypass(left, state, "OK"), chart),
);

/** The cache learns of a guest's write only from the hook. */
export const writeIsNotTold = changesOf("cached-reads").inRequest("write", (chart) =>
  bypass(chart, "telling cache", "DONE"),
);
