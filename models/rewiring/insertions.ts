/**
 * The ways to put a hook under a running guest that the thread and its heirs know: by moving the
 * guest, by reopening the node above, by a job, by the command of 2018, by replacing one link.
 *
 *     guest            guest
 *       |                |
 *       v                v
 *      disk    -->      hook --target--> cache
 *                        | file
 *                        v
 *                       disk
 */

import type { QmpCommand } from "../../src/graph/commands.ts";
import { qmp } from "../../src/system/model.ts";
import type { Rewiring } from "../../src/system/rewiring.ts";
import { guestOnDisk, rawNode, startFleecing, stopFleecing } from "../graph.ts";
import { guestOnTop, putTopOn } from "../thread/insert-by-reopen.ts";
import {
  cacheOverDisk,
  close,
  hookOverDisk,
  moveGuestTo,
  readerLeaves,
  readerOn,
  viewOfHook,
} from "../thread/parts.ts";

const rawCache = rawNode("cache");

const byMovingTheGuest: Rewiring = {
  name: "by-moving-the-guest",
  title: "A hook goes in, and out, by moving the guest's disk",
  idea:
    "As long as nobody uses the hook, it asks nothing of the disk. As soon as the guest is on " +
    "it, it minds all other writers there. The view comes last and goes first.",
  profile: "qemu-7.2",
  setup: guestOnDisk,
  commands: [...startFleecing(["reader"]), ...stopFleecing(["reader"])],
  models: ["insert-by-qom-set", "inserted-meanwhile", "removed-meanwhile"],
};

const byReopen: Rewiring = {
  name: "by-reopen",
  title: "A hook goes in, and out, by reopening the node above",
  idea:
    "The guest has a raw node above the disk, and blockdev-reopen gives that node another file. " +
    "It is the command that the answer to the thread pointed to.",
  profile: "qemu-7.2",
  setup: guestOnTop,
  commands: [
    ...[rawCache, hookOverDisk, putTopOn("hook"), viewOfHook, readerOn("view")],
    ...[readerLeaves, close("view"), putTopOn("disk"), close("hook"), close("cache")],
  ],
  models: ["insert-by-reopen", "reopened-meanwhile"],
};

const byReopenAboveADiamond: Rewiring = {
  name: "by-reopen-above-a-diamond",
  title: "A hook that goes in by reopen, and cannot go out again (M1)",
  idea:
    "The cache has the disk behind it, so two ways lead from the hook to the disk. To detach the " +
    "hook by the same command aborts QEMU 7.2.",
  profile: "qemu-7.2",
  setup: guestOnTop,
  commands: [
    ...[cacheOverDisk, hookOverDisk, putTopOn("hook"), readerOn("cache")],
    ...[readerLeaves, putTopOn("disk")],
  ],
  models: ["remove-by-reopen"],
};

const byJob: Rewiring = {
  name: "by-job",
  title: "A backup job puts its hook under all who use the disk",
  idea:
    "Nobody is named, so all users of the disk move: but not the cache, which is below the hook " +
    "itself. That exception is what problem 3 of the thread asked for.",
  profile: "qemu-7.2",
  setup: [...guestOnDisk, cacheOverDisk],
  commands: [
    qmp("blockdev-backup", {
      ...{ "job-id": "fleecing", device: "disk", target: "cache", sync: "none" },
      "filter-node-name": "hook",
    }),
    ...[readerOn("cache"), readerLeaves],
    qmp("block-job-cancel", { device: "fleecing" }),
    close("cache"),
  ],
  models: ["insertion-keeps-link", "inserted-by-job"],
};

const asPostedIn2018: Rewiring = {
  name: "as-posted-in-2018",
  title: "The hook of 2018, appended to a disk that the cache has behind it: a loop",
  idea:
    "Problem 3 of the thread. By the rule of 2018 the cache's link to the disk would move to the " +
    "hook, which has the cache as its file.",
  profile: "rfc-2018",
  setup: guestOnDisk,
  commands: [
    cacheOverDisk,
    qmp("blockdev-add", {
      ...{ driver: "fleecing-hook", "node-name": "hook", file: "cache", "append-to": "disk" },
    }),
  ],
  models: ["rfc-insertion-damages-link"],
};

const firstPictureOf2018: Rewiring = {
  name: "first-picture-of-2018",
  title: "The first picture of the thread, refused: no guest may write below this cache",
  idea:
    "The hook of 2018 wants its cache for itself, the cache shares no writing of what is behind " +
    "it, and that is what the guest writes.",
  profile: "rfc-2018",
  setup: [rawNode("disk")],
  commands: [
    cacheOverDisk,
    qmp("blockdev-add", {
      ...{ driver: "fleecing-hook", "node-name": "hook", file: "cache", backing: "disk" },
    }),
    qmp("device_add", { driver: "virtio-blk-pci", id: "guest", drive: "hook" }),
  ],
  models: ["rfc-first-picture", "first-picture-today"],
};

const hook = {
  ...{ driver: "copy-before-write", "node-name": "hook", file: "disk", target: "cache" },
} as const;
const guestTo = (node: string) => ({ parent: "guest", "new-child": node });

const byReplace: Rewiring = {
  name: "by-replace",
  title: "One link is replaced, and one transaction does it all (proposed)",
  idea:
    "blockdev-replace moves exactly the link that it names. In a transaction the graph is " +
    "rewired first and permissions are asked for once, so that there is no state in between.",
  profile: "proposed",
  setup: [...guestOnDisk, rawCache],
  commands: [
    hookOverDisk,
    qmp("blockdev-replace", guestTo("hook")),
    qmp("blockdev-replace", guestTo("disk")),
    close("hook"),
    qmp("transaction", {
      actions: [
        { type: "blockdev-add", data: hook },
        { type: "blockdev-replace", data: guestTo("hook") },
        { type: "blockdev-add", data: viewOfHook.arguments },
      ],
    }),
    readerOn("view"),
  ],
  models: ["inserted-by-transaction", "explicit-insertion"],
};

const inTheWrongOrder: Rewiring = {
  name: "in-the-wrong-order",
  title: "The view before the guest: refused, and accepted once the guest has moved",
  idea:
    "Once somebody uses its view, the hook minds all other writers of the disk. The guest is one " +
    "as long as it is on the disk itself.",
  profile: "qemu-7.2",
  setup: [...guestOnDisk, rawCache, hookOverDisk],
  commands: [viewOfHook, moveGuestTo("hook"), viewOfHook, readerOn("view")],
  models: ["shown-before-inserted"],
};

export const INSERTIONS: readonly Rewiring[] = [
  ...[byMovingTheGuest, byReopen, byReopenAboveADiamond, byJob, byReplace],
  ...[inTheWrongOrder, firstPictureOf2018, asPostedIn2018],
];

/** The fleecing graph, with a reader on the view. */
export const fleeced: readonly QmpCommand[] = [...guestOnDisk, ...startFleecing(["reader"])];
