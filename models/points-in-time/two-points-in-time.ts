/**
 * Two points in time of one disk, each with a reader of its own.
 *
 *     guest      late reader
 *       |            |
 *       v            v
 *     second <--- late view      early reader
 *       |                             |
 *  file |                             |
 *       v                             v
 *     first <-------------------- early view
 *       |
 *  file |
 *       v
 *     disk
 *
 * Each hook saves to a cache of its own. The second one goes in above the first one, after the
 * guest has written. What must hold: the early reader goes on seeing the disk as it was before that
 * write, the late one sees it with that write and without those that follow, and once both hooks
 * are gone the disk has all of them.
 *
 * It holds. A guest's write saves twice where both hooks still need the cluster: the second hook
 * reads through the first one, which gives it the disk as it is, and only then is the first one
 * asked to write, which saves what it needs for itself. Readers of the early view never wait; a
 * guest waits for readers of either.
 *
 * The guest alone is moved onto the second hook, by name. Whoever puts a second hook in by a backup
 * job moves all who use the first one: how that takes the early view along, and which rule keeps it
 * there, is in thread/moved-views.ts.
 */
import { type Model, qmp } from "../../src/system/model.ts";
import { guestOnDisk, rawNode } from "../graph.ts";
import {
  copiesAreNotSettled,
  copyIsNotSaved,
  guestDoesNotDrain,
  hookReadsTarget,
  viewIgnoresTarget,
} from "../mutations.ts";
import { close, imagesOf, moveGuestTo } from "../thread/parts.ts";
import { asks, hook, leaves, several, shownTo, view } from "./parts.ts";

/** A hook over a node, the guest moved onto it, and a reader of its view. */
const pointInTime = (name: string, file: string, when: string) => [
  rawNode(`${when}-cache`),
  qmp("blockdev-add", hook(name, file, `${when}-cache`)),
  moveGuestTo(name),
  qmp("blockdev-add", view(`${when}-view`, name)),
  shownTo(when, `${when}-view`),
];

const takenBack = (name: string, file: string, when: string) => [
  ...[leaves(when), close(`${when}-view`), moveGuestTo(file)],
  ...[close(name), close(`${when}-cache`)],
];

export const twoPointsInTime: Model = {
  ...several,
  name: "two-points-in-time",
  title: "Two hooks over one disk, two points in time, two readers",
  idea:
    "A second hook goes in above the first one after the guest has written. Each reader sees its " +
    "own point in time, whatever the guest writes next.",
  profile: "qemu-7.2",
  images: imagesOf("early-cache.raw", "late-cache.raw"),
  phases: [
    { kind: "commands", commands: [...guestOnDisk, ...pointInTime("first", "disk", "early")] },
    { kind: "concurrent", actors: [asks("guest", "write")] },
    { kind: "commands", commands: pointInTime("second", "first", "late") },
    {
      kind: "concurrent",
      actors: [asks("guest", "write"), asks("early", "read"), asks("late", "read")],
    },
    {
      kind: "commands",
      commands: [...takenBack("second", "first", "late"), ...takenBack("first", "disk", "early")],
    },
  ],
  properties: ["view-equals-point-in-time", "view-is-served", "disk-keeps-guest-writes"],
  mutants: [
    {
      name: "guest-does-not-wait-for-readers",
      statement: "a write does not wait for reads of either view that still use the disk",
      mutation: guestDoesNotDrain,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "copy-is-not-saved",
      statement: "a cluster counts as copied before its data is in the cache",
      mutation: copyIsNotSaved,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "copies-are-not-settled",
      statement: "readers go on reading what is below the hook where the cache has the old data",
      mutation: copiesAreNotSettled,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "hook-reads-target",
      statement: "the second hook is shown the cache of the first one instead of the disk (C1)",
      mutation: hookReadsTarget,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "view-ignores-target",
      statement: "readers are told that the cache has it, and read what is below the hook (H03)",
      mutation: viewIgnoresTarget,
      caughtBy: "view-equals-point-in-time",
    },
  ],
};
