/**
 * `fleecing-cache`: the dedicated cache of the thread ("we can implement special Fleecing cache
 * filter driver, which will be a real cache"). QEMU does not have it.
 *
 * It is the target of a hook, and shows the image of the point in time by itself: what the hook
 * has saved is kept in `memory`, up to a number of clusters, and the rest shines through from
 * `backing`, which is the disk below the hook. Of clusters that are all zeros it remembers only
 * that, which takes no memory. What must leave memory goes to `disk`, if there is such a tier.
 * Whoever reads the image is an export of the cache.
 *
 * With `copy-on-read` it keeps what is read as well, as long as memory has room for it. Such a
 * cluster is still on the guest's disk, so it is dropped as soon as a copy needs its room; those
 * that were read lately go last.
 *
 * With `read-once` nobody has to say of which clusters he is through with them: a reader flushes,
 * and what it has read before is released, as if it had discarded it.
 *
 * With a `bitmap` it keeps only what that had recorded when the cache was opened, as a hook does
 * that is given the same: the rest counts as released.
 *
 * Limits: it does not hear of a hook that gives its view up, and what is behind it is not the point
 * in time any more then. A cluster that a reader has released is still saved by the hook, which
 * does not know of it, and is not kept. Which changed clusters leave memory, and when, somebody
 * else says (the operation `evict`). What is dropped is counted as free; its bytes stay in the
 * `memory` node until something else is put there. What a hook saves is whole clusters. With
 * `copy-on-read` nobody may read the cache before the hook is in: of writes that pass no hook it
 * does not know. With `read-once` each of several readers speaks for all; and what a flush has
 * released leaves memory only when a copy needs the room. With either of them memory cannot be
 * waited for (`when-full: wait`), because a reader that lets go of a cluster tells nobody: a copy
 * that finds nothing to drop would not learn that there is something now, and wait for ever.
 */
import { z } from "zod";
import { commonOptions } from "../../graph/common-options.ts";
import { defaultPermissions } from "../../graph/default-permissions.ts";
import { WRITE } from "../../graph/permission.ts";
import type { PermissionRule } from "../../graph/permission-query.ts";
import { refuse } from "../../graph/refuse.ts";
import { bitmapOption, leavingOut, namedBitmap } from "../bitmap-option.ts";
import { defineDriver } from "../driver.ts";
import { flushChart } from "./acknowledge-chart.ts";
import { clusterChart } from "./cluster-chart.ts";
import { evictChart, spillTaskChart } from "./evict-charts.ts";
import { fillTaskChart } from "./fill-chart.ts";
import { markChangedChart, readUnchangedChart } from "./guest-charts.ts";
import { manual } from "./manual.ts";
import { nodeChart } from "./node-chart.ts";
import {
  DISK_TIER,
  EVERY_PARAMETERS,
  type FleecingCacheParameters,
  WHEN_FULL,
} from "./parameters.ts";
import { blockStatusChart, readChart } from "./read-charts.ts";
import { releaseChart } from "./release-chart.ts";
import {
  giveBackTaskChart,
  reserveTaskChart,
  retireTaskChart,
  storeChart,
  storeZeroesChart,
} from "./store-charts.ts";

const options = commonOptions.extend({
  "memory-clusters": z.int().min(1).meta({
    description: "clusters that may be kept in memory at once",
  }),
  "when-full": z.enum(WHEN_FULL).default("break-guest-write").meta({
    description: "what a copy without room does: fail, give the image up, or wait for room",
  }),
  bitmap: bitmapOption,
  "disk-clusters": z.int().min(1).optional().meta({
    description: "clusters that may be kept on the disk tier at once; default: all of them",
  }),
  "recommend-disk": z.enum(DISK_TIER).default("late").meta({
    description: "when a reader is recommended to come to what is on the disk tier",
  }),
  "copy-on-read": z.boolean().default(false).meta({
    description: "keep in memory what is read as well, while there is room",
  }),
  "read-once": z.boolean().default(false).meta({
    description: "let go of what was read, when its reader says by a flush that it has it",
  }),
});

/** With `copy-on-read` it writes to memory even for who only reads. */
const permissions: PermissionRule = (query) => {
  const { edge, options: given, demands } = query;
  if (edge !== "memory" || given["copy-on-read"] !== true) return defaultPermissions(query);
  return defaultPermissions({ ...query, demands: { ...demands, perm: demands.perm | WRITE } });
};

export const fleecingCache = defineDriver({
  name: "fleecing-cache",
  summary: "keeps in memory what a guest is about to change, and shows the image before that",
  manual,
  options,
  children: [
    { name: "memory", roles: ["data", "primary"] },
    { name: "backing", roles: ["cow"] },
    { name: "disk", roles: ["data"], optional: true },
  ],
  reopens: null,
  releases: true,
  permissions,
  checked(given) {
    const option = ["copy-on-read", "read-once"].find((each) => given[each] === true);
    if (option === undefined || given["when-full"] !== "wait") return;
    throw refuse(
      `${option}=on cannot be used with when-full=wait, because a reader that lets go of a ` +
        "cluster tells nobody who waits for its room; leave it out and have readers discard what " +
        "they have read, or use when-full=break-guest-write",
    );
  },
  opened(graph, node) {
    namedBitmap(graph, node)?.requireUsable();
  },
  tells: (node) => leavingOut(node, ["EXCLUDE"]),
  parameters: (given, _, { children }): FleecingCacheParameters => ({
    budget: given["memory-clusters"],
    whenFull: given["when-full"],
    tiers: children.has("disk"),
    diskBudget: given["disk-clusters"] ?? null,
    diskTier: given["recommend-disk"],
    copyOnRead: given["copy-on-read"],
    readOnce: given["read-once"],
  }),
  everyParameters: EVERY_PARAMETERS,
  charts: (parameters, { readers }) => ({
    cluster: clusterChart(readers, parameters),
    node: nodeChart(parameters),
    requests: {
      read: readChart(parameters),
      write: storeChart(parameters),
      "write-zeroes": storeZeroesChart(),
      discard: releaseChart(parameters),
      flush: flushChart(parameters),
      "block-status": blockStatusChart(parameters),
      ...(parameters.tiers && { evict: evictChart() }),
      ...(parameters.copyOnRead && {
        "read-unchanged": readUnchangedChart(),
        "mark-changed": markChangedChart(),
      }),
    },
    tasks: {
      reserve: reserveTaskChart(parameters),
      abandon: giveBackTaskChart("ABANDON"),
      retire: retireTaskChart(parameters),
      zero: giveBackTaskChart("ZERO"),
      ...(parameters.tiers && { spill: spillTaskChart(parameters) }),
      ...(parameters.copyOnRead && { fill: fillTaskChart() }),
    },
  }),
});
