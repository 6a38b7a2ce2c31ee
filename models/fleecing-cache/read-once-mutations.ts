/**
 * One-line changes to how the fleecing cache lets go of what was read: the naive versions.
 */
import { reanswer } from "../../src/chart/mutate.ts";
import { changesOf } from "../changes.ts";

const { inCluster } = changesOf("fleecing-cache");

const answer = (type: string, target?: string) => ({
  ...(target !== undefined && { target }),
  actions: [{ type: "reply", params: { type } }],
});

/** A read releases what it returns, as the thread has it. */
export const readReleases = inCluster((chart) =>
  reanswer(chart, "copy.needed", "HAND", answer("OK", "released")),
);

/** A flush releases what nobody has read as well. */
export const unreadIsAcknowledged = inCluster((chart) =>
  reanswer(chart, "copy.needed", "ACKNOWLEDGE", answer("OK", "released")),
);

/** Memory of what was not acknowledged is given to others. */
export const unacknowledgedIsDropped = inCluster((chart) =>
  reanswer(chart, "memory.in", "DROP", {
    ...answer("DROPPED", "out"),
  }),
);
