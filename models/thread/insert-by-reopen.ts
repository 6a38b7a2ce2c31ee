/**
 * Inserting the hook by reopening the node above: "Berto has posted patches for an
 * x-blockdev-reopen QMP command" (problem 2 of the thread; stable since 6.1).
 *
 * The guest has a raw node above the disk, whose `file` can be changed while the guest uses it.
 * Taking the hook away in the same way aborts QEMU 7.2 wherever the cache has the disk behind it,
 * because two ways lead there (defect M1). With a view of the hook instead, there is only one.
 */
import { type Model, type Phase, qmp } from "../../src/system/model.ts";
import { rawNode } from "../graph.ts";
import {
  cacheOverDisk,
  close,
  guestOn,
  guestWrites,
  holdsInQemu,
  hookOverDisk,
  imagesOf,
  readerLeaves,
  readerOn,
  readerReads,
  viewOfHook,
} from "./parts.ts";

const top = { driver: "raw", "node-name": "top" };
export const putTopOn = (file: string) => qmp("blockdev-reopen", { options: [{ ...top, file }] });

/** The guest has a raw node above the disk. */
export const guestOnTop = [
  rawNode("disk"),
  qmp("blockdev-add", { ...top, file: "disk" }),
  guestOn("top"),
];
const before: Phase = {
  kind: "concurrent",
  actors: [{ ...guestWrites(), name: "guest before the point in time" }],
};
const meanwhile: Phase = { kind: "concurrent", actors: [guestWrites(), readerReads] };

const once = { ...holdsInQemu, bounds: { ...holdsInQemu.bounds, requests: 1 } } as const;

export const insertByReopen: Model = {
  ...once,
  name: "insert-by-reopen",
  title: "The hook goes in, and out, by reopening the node above it",
  idea:
    "A raw node above the disk is reopened with the hook as its file, while the guest uses it, " +
    "and later with the disk again. The view is opened last and closed first.",
  images: imagesOf("cache.raw"),
  phases: [
    { kind: "commands", commands: guestOnTop },
    before,
    {
      kind: "commands",
      commands: [rawNode("cache"), hookOverDisk, putTopOn("hook"), viewOfHook, readerOn("view")],
    },
    meanwhile,
    {
      kind: "commands",
      commands: [readerLeaves, close("view"), putTopOn("disk"), close("hook"), close("cache")],
    },
  ],
};

export const removeByReopen: Model = {
  ...once,
  name: "remove-by-reopen",
  title: "The hook cannot go out by reopening where the cache has the disk behind it (M1)",
  idea:
    "The same with a cache over the disk. Insertion works; reopening the node above with the " +
    "disk again detaches an edge above a diamond, and QEMU 7.2 aborts.",
  images: imagesOf("cache.qcow2"),
  // The hook cannot leave, so that nothing is known of the disk below it.
  properties: ["view-equals-point-in-time", "view-is-served"],
  phases: [
    { kind: "commands", commands: [...guestOnTop, cacheOverDisk, hookOverDisk, putTopOn("hook")] },
    { kind: "commands", commands: [readerOn("cache")] },
    meanwhile,
    {
      kind: "commands",
      commands: [readerLeaves, putTopOn("disk")],
      refused:
        "QEMU 7.2 aborts when 'hook' is taken from 'top' here, because a node below it is " +
        "reached in two ways (defect M1); detach one of the two first",
    },
  ],
};
