/**
 * One-line changes to how the fleecing cache keeps what is read: the naive versions.
 */
import { confuse, reanswer, redirect } from "../../src/chart/mutate.ts";
import { changesOf } from "../changes.ts";
import { both, missingIsSkipped } from "./mutations.ts";

const { inTask, inCluster } = changesOf("fleecing-cache");

const answer = (type: string, target?: string) => ({
  ...(target !== undefined && { target }),
  actions: [{ type: "reply", params: { type } }],
});

/** The cluster is claimed before it is read, and nobody looks again: what a copy would do. */
export const fillClaimsFirst = inTask("fill", (chart) => {
  const claims = redirect(
    redirect(chart, "looking", "ROOM", "taking"),
    "claiming",
    "OK",
    "reading",
  );
  return redirect(redirect(claims, "reading", "DONE", "writing"), "reading", "FAILED", "giving up");
});

/** A cluster counts as kept before its data has landed in memory. */
export const fillCountsTooSoon = inTask("fill", (chart) => {
  const lands = redirect(redirect(chart, "claiming", "OK", "landing"), "landing", "OK", "writing");
  return redirect(redirect(lands, "writing", "DONE", "done"), "writing", "FAILED", "done");
});

/** A cluster that memory refused counts as kept. */
export const failedFillCounts = inTask("fill", (chart) =>
  confuse(chart, "writing", "FAILED", "DONE"),
);

/** A copy takes what is on its way into memory for kept: it may never get there. */
export const storeTrustsFill = inCluster((chart) => {
  const plans = reanswer(chart, "memory.filling", "PLAN", answer("NEEDLESS"));
  const skips = reanswer(plans, "memory.filling", "PLACE", answer("SKIP"));
  return reanswer(skips, "memory.filling", "SETTLE", { target: "in" });
});

/** A cluster is dropped although the guest has changed it. */
export const changedIsDropped = inCluster((chart) =>
  reanswer(chart, "memory.in", "DROP", answer("DROPPED", "out")),
);

/** A copy that counts on a cluster in memory neither keeps it there nor looks again. */
export const storeLosesItsRoom = both(
  missingIsSkipped,
  inCluster((chart) => reanswer(chart, "changed.no", "PLAN", null)),
);
