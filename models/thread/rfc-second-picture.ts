/**
 * The second picture of the thread: the node that hacks permissions.
 *
 *     guest
 *       |
 *       v
 *      hook --file--> cache
 *       |               |
 *       | backing       | backing
 *       v               v
 *      disk <-------- cheat
 *
 * "Ok, this works": the cheat reads the disk and lets everybody write it. It works in the way in
 * which it was tested, one after the other. With a reader at the same time, or with two writes to
 * one cluster, the hook as posted loses the point in time.
 */
import { type Model, type Phase, qmp } from "../../src/system/model.ts";
import { rawNode } from "../graph.ts";
import {
  common,
  guestOn,
  guestOverwrites,
  guestWrites,
  imagesOf,
  overlay,
  readerLeaves,
  readerOn,
  readerReads,
  readerReadsAll,
} from "./parts.ts";

/** All nodes in one big JSON, since insertion would damage links (problem 3). */
const setUp: Phase = {
  kind: "commands",
  commands: [
    rawNode("disk"),
    qmp("blockdev-add", {
      driver: "fleecing-hook",
      "node-name": "hook",
      file: overlay("cache", {
        driver: "fleecing-cheat",
        "node-name": "cheat",
        backing: "disk",
      }),
      backing: "disk",
    }),
    guestOn("hook"),
    readerOn("cache"),
  ],
};
const takeDown: Phase = { kind: "commands", commands: [readerLeaves] };

const pictured = {
  ...common,
  profile: "rfc-2018",
  images: imagesOf("cache.qcow2"),
  properties: ["view-equals-point-in-time"],
  reachable: ["view-is-read"],
} as const satisfies Partial<Model>;

export const rfcSecondPicture: Model = {
  ...pictured,
  name: "rfc-second-picture",
  title: "The second picture of the thread, one after the other",
  idea:
    "With a node between cache and disk that shares everything, all permissions are granted. " +
    "The guest overwrites, then the reader reads: the old data is in the cache.",
  phases: [
    setUp,
    { kind: "concurrent", actors: [guestOverwrites] },
    { kind: "concurrent", actors: [readerReadsAll] },
    takeDown,
  ],
  expected: { verdict: "holds" },
};

export const rfcSecondPictureRace: Model = {
  ...pictured,
  name: "rfc-second-picture-race",
  title: "The second picture of the thread, at the same time",
  idea:
    "A reader of the cache finds that a cluster was not saved and reads the disk behind it. " +
    "Before it has, the guest's write saves the cluster and changes the disk: nobody makes it " +
    "wait (H05).",
  phases: [setUp, { kind: "concurrent", actors: [guestWrites(), readerReads] }, takeDown],
  expected: { verdict: "violated" },
};

export const rfcHookRace: Model = {
  ...pictured,
  name: "rfc-hook-race",
  title: "Two writes at once under the hook as posted in 2018",
  idea:
    "A cluster counts as saved once it was copied, so that two writes to it both copy. The " +
    "slower copy takes what the faster write has already changed, and puts it over the old data " +
    "(H02). The reader only comes afterwards.",
  phases: [
    setUp,
    { kind: "concurrent", actors: [guestWrites(2)] },
    { kind: "concurrent", actors: [readerReadsAll] },
    takeDown,
  ],
  expected: { verdict: "violated" },
};
