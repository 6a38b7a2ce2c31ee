/**
 * Problem 3 of the thread: "we can't setup backing link to active disk before inserting
 * fleecing-hook, otherwise, it will damage this link on insertion".
 *
 * Insertion puts the hook under everybody who uses the disk. The cache uses it as well, as its
 * backing file, and is itself used by the hook: moved above the hook it would close a loop. Since
 * 4.0 what lies below the new node stays (2f30b7c377).
 *
 * "I suppose technically you could allow blockdev-add'ing a backup filter node (though only with
 * sync=none) and that would give you the same." It does, state by state: the same by blockdev-add
 * is first-picture-today in rfc-first-picture.ts.
 */
import { type Model, qmp } from "../../src/system/model.ts";
import { rawNode } from "../graph.ts";
import {
  cacheOverDisk,
  close,
  common,
  guestOn,
  guestWrites,
  holdsInQemu,
  imagesOf,
  ofHookOverDisk,
  readerLeaves,
  readerOn,
  readerReads,
} from "./parts.ts";

export const rfcInsertionDamagesLink: Model = {
  ...common,
  name: "rfc-insertion-damages-link",
  title: "Inserting the hook of 2018 above a disk that the cache has behind it: a loop",
  idea:
    "With the rule of 2018 only the hook's own link to the disk stays where it is. The cache's " +
    "backing link is moved to the hook, which saves to the cache.",
  profile: "rfc-2018",
  images: imagesOf("cache.qcow2"),
  phases: [
    {
      kind: "commands",
      commands: [
        rawNode("disk"),
        guestOn("disk"),
        cacheOverDisk,
        qmp("blockdev-add", {
          driver: "fleecing-hook",
          "node-name": "hook",
          file: "cache",
          "append-to": "disk",
        }),
      ],
      refused:
        "Replacing 'disk' by 'hook' moves the 'backing' link of 'cache' to 'hook', above which " +
        "it must not lead: a loop; connect 'cache' afterwards",
    },
  ],
  properties: [],
  expected: { verdict: "holds" },
};

export const insertionKeepsLink: Model = {
  ...holdsInQemu,
  name: "insertion-keeps-link",
  title: "Inserting a hook above a disk that the cache has behind it, since 4.0",
  idea:
    "A backup job puts its hook under all who use the disk, except for what lies below the hook " +
    "itself: the cache's backing link stays, and the reader of the cache sees the point in time.",
  images: imagesOf("cache.qcow2"),
  phases: [
    {
      kind: "commands",
      commands: [
        rawNode("disk"),
        guestOn("disk"),
        cacheOverDisk,
        qmp("blockdev-backup", {
          "job-id": "fleecing",
          device: "disk",
          target: "cache",
          sync: "none",
          "filter-node-name": "hook",
        }),
        readerOn("cache"),
      ],
    },
    { kind: "concurrent", actors: [guestWrites(2), readerReads] },
    {
      kind: "commands",
      commands: [readerLeaves, qmp("block-job-cancel", { device: "fleecing" }), close("cache")],
    },
  ],
  mutants: ofHookOverDisk,
};
