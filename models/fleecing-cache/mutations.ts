/**
 * One-line changes to the fleecing cache: what it was before the checker had looked at it, and what
 * somebody might make of it.
 */
import { askClusters, call } from "../../src/chart/effects.ts";
import {
  bypass,
  confuse,
  reanswer,
  redirect,
  replaceEffect,
  withConfig,
} from "../../src/chart/mutate.ts";
import type { ChartMutation } from "../../src/system/system.ts";
import { changesOf } from "../changes.ts";

const { inRequest, inTask, inCluster } = changesOf("fleecing-cache");

/** Two changes of one driver. */
export function both(one: ChartMutation, other: ChartMutation): ChartMutation {
  return { driver: one.driver, change: (charts) => other.change(one.change(charts)) };
}

/** What is saved does not wait for reads under way on its clusters. */
export const storeTakesNoTurn = inRequest("write", (chart) =>
  ["serialising", "leaving", "freeing"].reduce((left, state) => bypass(left, state, "OK"), chart),
);

/** Who waits for room has its turn already: the first version, which the checker found stuck. */
export const waitsInItsTurn = inRequest("write", (chart) => {
  const begins = withConfig(chart, (config) => ({ ...config, initial: "serialising" }));
  const reserves = redirect(begins, "serialising", "OK", "reserving");
  return redirect(reserves, "reserving", "DONE", "checking");
});

/** What was saved is not marked, and goes on being read from the disk. */
export const storeIsNotSettled = inRequest("write", (chart) => bypass(chart, "settling", "OK"));

/** What has no room is taken for what needs none, also when it is to be stored. */
export const missingIsSkipped = inCluster((chart) =>
  reanswer(chart, "memory.out", "PLACE", {
    actions: [{ type: "reply", params: { type: "SKIP" } }],
  }),
);

/** A copy for which there is no room counts as kept. */
export const fullCountsAsKept = both(
  missingIsSkipped,
  inTask("reserve", (chart) => redirect(chart, "taking", "FULL", "done")),
);

/** The image is not given up although something of it was not kept. */
export const imageIsNotGivenUp = both(
  missingIsSkipped,
  inRequest("write", (chart) => bypass(chart, "breaking", "OK")),
);

/** A reader is let in although the image was given up. */
export const givenUpIsIgnored = inRequest("read", (chart) =>
  redirect(chart, "checking", "BROKEN", "admitting"),
);

/** Who releases clusters does not wait for who is reading them. */
export const releaseTakesNoTurn = inRequest("discard", (chart) =>
  ["serialising", "freeing"].reduce((left, state) => bypass(left, state, "OK"), chart),
);

/** A discard releases clusters of full length only. */
export const releaseForgetsTail = inRequest("discard", (chart) => {
  const takes = replaceEffect(chart, "serialising", askClusters("SERIALISE", "interior"));
  const excludes = replaceEffect(takes, "excluding", askClusters("EXCLUDE", "interior"));
  const frees = replaceEffect(excludes, "freeing", askClusters("FREE", "interior"));
  return replaceEffect(frees, "discarding", call("memory", "discard", null, "interior"));
});

/** What was released stays readable. */
export const releasedIsReadable = inCluster((chart) =>
  reanswer(chart, "copy.released", "ACCESS", {
    actions: [{ type: "reply", params: { type: "ALLOWED" } }],
  }),
);

/** Memory forgets also what a discard has of clusters that stay. */
export const releaseFreesAround = inRequest("discard", (chart) =>
  replaceEffect(chart, "discarding", call("memory", "discard")),
);

/** The memory of released clusters is never free again. */
export const releaseKeepsRoom = inTask("retire", (chart) => bypass(chart, "giving", "OK"));

/** A cluster is taken out of memory while somebody reads it there. */
export const evictTakesNoTurn = inRequest("evict", (chart) =>
  ["serialising", "freeing", "giving up"].reduce((left, state) => bypass(left, state, "OK"), chart),
);

/** Memory is free before the disk tier has the data. */
export const evictForgetsFirst = inTask("spill", (chart) => {
  const forgets = replaceEffect(chart, "writing", call("memory", "discard"));
  return replaceEffect(forgets, "forgetting", call("disk", "write", "old"));
});

/** A cluster that the disk tier refused leaves memory all the same. */
export const spillErrorIsIgnored = inTask("spill", (chart) =>
  confuse(chart, "writing", "FAILED", "DONE"),
);

/** One cluster is as good as another, as long as somebody needs it. */
export const recommendsNothing = inCluster((chart) =>
  withConfig(chart, (config) => ({
    ...config,
    on: {
      ...config.on,
      RECOMMEND: [
        { guard: "released", actions: [{ type: "reply", params: { type: "NEVER" } }] },
        { actions: [{ type: "reply", params: { type: "IN_ORDER" } }] },
      ],
    },
  })),
);

/** The room of a released cluster is given back, and the cluster stays in memory. */
export const roomIsGivenTooSoon = inCluster((chart) =>
  reanswer(chart, "memory.in", "RETIRE", {
    actions: [{ type: "reply", params: { type: "GONE" } }],
  }),
);
