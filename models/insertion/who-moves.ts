/**
 * Insertions that say in one command who moves, while the guest writes.
 *
 * The job puts its own hook under all who use the disk; the proposed transaction lists them. Either
 * way the point in time is one instant: the drained section of that command.
 */
import { type Model, qmp } from "../../src/system/model.ts";
import { guestOnDisk, rawNode } from "../graph.ts";
import {
  cacheOverDisk,
  hookOverDisk,
  imagesOf,
  moveGuestTo,
  readerOn,
  viewOfHook,
} from "../thread/parts.ts";
import { doesNotDrain, INSERTED, meanwhile, sentMeanwhile } from "./meanwhile.ts";

export const insertedByJob: Model = {
  ...meanwhile,
  name: "inserted-by-job",
  title: "A backup job puts its hook under all who use the disk, while the guest writes",
  idea:
    "blockdev-backup with sync=none brings the hook. Nobody has to move the guest: the job moves " +
    "all users of the disk, and drains them for it.",
  properties: INSERTED,
  phases: sentMeanwhile([...guestOnDisk, rawNode("cache")], {
    commands: [
      qmp("blockdev-backup", {
        "job-id": "job",
        device: "disk",
        target: "cache",
        sync: "none",
        "filter-node-name": "hook",
      }),
      viewOfHook,
      readerOn("view"),
    ],
  }),
  mutants: [doesNotDrain],
};

export const insertedByTransaction: Model = {
  ...meanwhile,
  name: "inserted-by-transaction",
  title: "One transaction opens the hook and moves exactly the guest onto it (proposed)",
  idea:
    "The thread asks how to insert a filter without a state in between. A transaction that " +
    "rewires drains everything once, and asks for permission once, at its end.",
  profile: "proposed",
  properties: INSERTED,
  phases: sentMeanwhile([...guestOnDisk, rawNode("cache")], {
    commands: [
      qmp("transaction", {
        actions: [
          { type: "blockdev-add", data: hookOverDisk.arguments },
          { type: "blockdev-replace", data: { parent: "guest", "new-child": "hook" } },
          { type: "blockdev-add", data: viewOfHook.arguments },
        ],
      }),
      readerOn("view"),
    ],
  }),
  mutants: [doesNotDrain],
};

export const exportedBeforeInserted: Model = {
  ...meanwhile,
  name: "exported-before-inserted",
  title: "The cache is exported before the guest is moved onto the hook (M7)",
  idea:
    "The wrong order that QEMU accepts: the cache has the disk behind it and is read already, " +
    "the hook is open, and nobody uses it yet. What the guest writes until it is moved shows.",
  images: imagesOf("cache.qcow2"),
  properties: ["view-equals-point-in-time"],
  phases: sentMeanwhile([...guestOnDisk, cacheOverDisk, hookOverDisk], {
    commands: [readerOn("cache"), moveGuestTo("hook")],
  }),
  reachable: [],
  expected: { verdict: "violated" },
};
