/**
 * `fleecing-cache`: the dedicated cache of the thread ("we can implement special Fleecing cache
 * filter driver, which will be a real cache"). QEMU does not have it.
 *
 * It is the target of a hook, and shows the image of the point in time by itself: what the hook has
 * saved is kept in `memory`, up to a number of clusters, and the rest shines through from
 * `backing`, which is the disk below the hook. What must leave memory goes to `disk`, if there is
 * such a tier. Whoever reads the image is an export of the cache.
 *
 * Limits: nothing is kept but what the guest is about to change. A cluster that a reader has
 * released is still saved by the hook, which does not know of it, and is not kept. Which clusters
 * leave memory, and when, somebody else says (the operation `evict`).
 */
import { z } from "zod";
import { acceptChart } from "../../chart/accept.ts";
import { forwardChart } from "../../chart/forward.ts";
import { commonOptions } from "../../graph/common-options.ts";
import { defineDriver } from "../driver.ts";
import { clusterChart } from "./cluster-chart.ts";
import { evictChart, spillTaskChart } from "./evict-charts.ts";
import { nodeChart } from "./node-chart.ts";
import { EVERY_PARAMETERS, type FleecingCacheParameters, WHEN_FULL } from "./parameters.ts";
import { blockStatusChart, readChart } from "./read-charts.ts";
import { releaseChart } from "./release-chart.ts";
import { giveBackTaskChart, reserveTaskChart, storeChart } from "./store-charts.ts";

const options = commonOptions.extend({
  "memory-clusters": z.int().min(1).meta({
    description: "clusters that may be kept in memory at once",
  }),
  "when-full": z.enum(WHEN_FULL).default("break-guest-write").meta({
    description: "what a copy without room does: fail, give the image up, or wait for room",
  }),
});

export const fleecingCache = defineDriver({
  name: "fleecing-cache",
  summary: "keeps in memory what a guest is about to change, and shows the image before that",
  options,
  children: [
    { name: "memory", roles: ["data", "primary"] },
    { name: "backing", roles: ["cow"] },
    { name: "disk", roles: ["data"], optional: true },
  ],
  reopens: null,
  releases: true,
  parameters: (given, _, { children }): FleecingCacheParameters => ({
    budget: given["memory-clusters"],
    whenFull: given["when-full"],
    tiers: children.has("disk"),
  }),
  everyParameters: EVERY_PARAMETERS,
  charts: (parameters, { readers }) => ({
    cluster: clusterChart(readers, parameters.tiers),
    node: nodeChart(parameters),
    requests: {
      read: readChart(parameters),
      write: storeChart("write", parameters),
      "write-zeroes": storeChart("write-zeroes", parameters),
      discard: releaseChart(parameters),
      flush: parameters.tiers
        ? forwardChart("fleecing-cache/flush", "disk", "flush")
        : acceptChart("fleecing-cache/flush"),
      "block-status": blockStatusChart(parameters),
      ...(parameters.tiers && { evict: evictChart() }),
    },
    tasks: {
      reserve: reserveTaskChart(parameters),
      abandon: giveBackTaskChart("ABANDON"),
      retire: giveBackTaskChart("RETIRE"),
      ...(parameters.tiers && { spill: spillTaskChart() }),
    },
  }),
});
