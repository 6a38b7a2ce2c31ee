/**
 * Incremental fleecing with the dedicated cache: hook and cache go by the same bitmap.
 *
 *     guest                reader
 *       |                    |
 *       v      target        v
 *      hook ------------->  cache
 *       |                   /   \
 *       | file     backing /     \ memory
 *       v                 /       v
 *      disk <------------        ram
 *    (changes)
 *
 * What the bitmap has not recorded is as in the earlier backup. The hook does not save it, so it
 * takes no memory; and the cache must not show it, as it would be read from the disk, which the
 * guest may have overwritten since. Both take the bitmap over at one instant: a cache that goes by
 * none shows what the hook does not save.
 */
import { type Model, qmp } from "../../src/system/model.ts";
import { asks, imagesOf } from "../fleecing-cache/parts.ts";
import { guestOnDisk } from "../graph.ts";
import { CLUSTER, LENGTH } from "../jobs/parts.ts";
import { shownTo } from "../points-in-time/parts.ts";
import { bitmapForgetsWrites, cacheShowsReleased } from "./mutations.ts";
import { CHANGES } from "./parts.ts";

const atOnce = qmp("transaction", {
  actions: [
    {
      type: "blockdev-add",
      data: {
        ...{ driver: "fleecing-cache", "node-name": "cache", memory: "ram", backing: "disk" },
        ...{ "memory-clusters": 1, bitmap: CHANGES },
      },
    },
    {
      type: "blockdev-add",
      data: {
        ...{ driver: "copy-before-write", "node-name": "hook", file: "disk", target: "cache" },
        bitmap: CHANGES,
      },
    },
    { type: "blockdev-replace", data: { parent: "guest", "new-child": "hook" } },
  ],
});

export const incrementalCache: Model = {
  name: "incremental-cache",
  title: "A cache that goes by a bitmap goes in with its hook while the guest writes",
  idea:
    "Hook and cache take a bitmap over at one instant, and keep only what it has recorded. A " +
    "reader of the cache sees the point in time, and is refused what is as in the earlier " +
    "backup, which takes no memory whatever the guest does to it.",
  profile: "proposed",
  bounds: { requests: 2, alignment: CLUSTER, longest: CLUSTER, values: 2 },
  clusterSize: CLUSTER,
  images: imagesOf(LENGTH),
  phases: [
    {
      kind: "commands",
      commands: [
        ...guestOnDisk,
        qmp("blockdev-add", { driver: "memory", "node-name": "ram", image: "ram" }),
        qmp("block-dirty-bitmap-add", CHANGES),
      ],
    },
    {
      kind: "concurrent",
      actors: [asks("guest", ["write"]), asks("reader", ["read"])],
      administrator: { commands: [atOnce, shownTo("reader", "cache")] },
    },
  ],
  properties: ["view-equals-point-in-time", "increment-covers-changes"],
  reachable: ["view-is-read", "view-is-denied"],
  expected: { verdict: "holds" },
  mutants: [
    {
      name: "bitmap-forgets-writes",
      statement: "what a guest writes is not recorded",
      mutation: bitmapForgetsWrites,
      caughtBy: "increment-covers-changes",
    },
    {
      name: "cache-shows-released",
      statement: "the cache goes by no bitmap, and shows what the hook does not save",
      mutation: cacheShowsReleased,
      caughtBy: "view-equals-point-in-time",
    },
  ],
};
