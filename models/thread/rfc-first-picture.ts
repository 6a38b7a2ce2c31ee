/**
 * The first picture of the thread, in 2018 and today.
 *
 *     guest
 *       |
 *       v
 *      hook --file--> cache
 *       |               |
 *       | backing       | backing
 *       v               |
 *      disk <-----------+
 *
 * "Hm. No, because of permissions I can't do so." As long as there is no hook, everything can be
 * opened. The hook then wants the cache for itself, as any format wants its file; so the cache does
 * not share writing of what is behind it; and that is what the guest writes.
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
  hookOverDisk,
  imagesOf,
  moveGuestTo,
  ofHookOverDisk,
  readerLeaves,
  readerOn,
  readerReads,
} from "./parts.ts";

export const rfcFirstPicture: Model = {
  ...common,
  name: "rfc-first-picture",
  title: "The first picture of the thread, in 2018: refused",
  idea:
    "Hook, cache and disk, with the disk as the cache's backing file. Under a guest the hook as " +
    "posted does not share writing of the cache, nor the cache of the disk: the guest is refused.",
  profile: "rfc-2018",
  images: imagesOf("cache.qcow2"),
  phases: [
    {
      kind: "commands",
      commands: [
        rawNode("disk"),
        cacheOverDisk,
        qmp("blockdev-add", {
          driver: "fleecing-hook",
          "node-name": "hook",
          file: "cache",
          backing: "disk",
        }),
        guestOn("hook"),
      ],
      refused: "Conflicts with use by cache as 'backing', which does not allow 'write' on disk",
    },
  ],
  properties: [],
  expected: { verdict: "holds" },
};

export const firstPictureToday: Model = {
  ...holdsInQemu,
  name: "first-picture-today",
  title: "The first picture of the thread, as QEMU has it since 6.2",
  idea:
    "copy-before-write lets others write its target, and what is behind that, so the picture " +
    "stands. What it saves does not overtake readers, because it found the disk behind its " +
    "target when it was opened.",
  images: imagesOf("cache.qcow2"),
  phases: [
    {
      kind: "commands",
      commands: [
        rawNode("disk"),
        guestOn("disk"),
        cacheOverDisk,
        hookOverDisk,
        moveGuestTo("hook"),
        readerOn("cache"),
      ],
    },
    { kind: "concurrent", actors: [guestWrites(2), readerReads] },
    {
      kind: "commands",
      commands: [readerLeaves, moveGuestTo("disk"), close("hook"), close("cache")],
    },
  ],
  mutants: ofHookOverDisk,
};
