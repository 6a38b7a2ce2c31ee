/**
 * The hook goes in while the guest goes on writing and, as soon as there is a view, a reader reads.
 *
 * An administrator sends the commands at any time, between any two steps of the guest. What makes
 * that right is the drained section of the command that moves the guest: the write that was under
 * way has ended when the point in time is taken, and the next one finds the hook.
 */
import type { Model } from "../../src/system/model.ts";
import { guestOnDisk, rawNode, startFleecing } from "../graph.ts";
import { guestOnTop, putTopOn } from "../thread/insert-by-reopen.ts";
import {
  guestWrites,
  guestWritesAndReads,
  hookOverDisk,
  readerOn,
  readerReads,
  viewOfHook,
} from "../thread/parts.ts";
import {
  doesNotDrain,
  guestWouldConflict,
  INSERTED,
  meanwhile,
  sentMeanwhile,
} from "./meanwhile.ts";

const [openCache = rawNode("cache"), openHook = hookOverDisk, ...moveAndShow] = startFleecing([
  "reader",
]);

export const insertedMeanwhile: Model = {
  ...meanwhile,
  properties: INSERTED,
  name: "inserted-meanwhile",
  title: "The hook goes in while the guest writes",
  idea:
    "Hook opened, guest moved onto it, view opened, reader let in: every command comes at any " +
    "time while the guest writes, and the one that moves the guest drains it first.",
  phases: sentMeanwhile([...guestOnDisk, openCache], { commands: [openHook, ...moveAndShow] }, [
    guestWrites(2),
    readerReads,
  ]),
  mutants: [doesNotDrain],
};

export const shownBeforeInserted: Model = {
  ...meanwhile,
  name: "shown-before-inserted",
  title: "The view is opened before the guest is moved onto the hook",
  idea:
    "The same commands in the wrong order: once somebody uses the view, the hook insists that " +
    "nobody else writes to the disk, and the guest does. So the view is refused, and the guest " +
    "goes on undisturbed.",
  phases: sentMeanwhile(
    [...guestOnDisk, openCache, openHook],
    {
      commands: moveAndShow.slice(1, 2),
      refused: guestWouldConflict,
    },
    [guestWritesAndReads],
  ),
  properties: ["guest-reads-last-write"],
  reachable: [],
};

export const reopenedMeanwhile: Model = {
  ...meanwhile,
  properties: INSERTED,
  name: "reopened-meanwhile",
  title: "The node above the disk is reopened with the hook while the guest writes",
  idea:
    "The guest has a raw node above the disk, which is reopened with the hook as its file. A " +
    "reopen drains everything there is.",
  phases: sentMeanwhile([...guestOnTop, openCache, hookOverDisk], {
    commands: [putTopOn("hook"), viewOfHook, readerOn("view")],
  }),
  mutants: [doesNotDrain],
};
