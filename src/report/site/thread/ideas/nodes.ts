/**
 * The thread from its beginning to its two pictures: hook, cache, and what they are called.
 */
import type { Idea } from "../idea.ts";

export const NODE_IDEAS: readonly Idea[] = [
  {
    anchor: "hook",
    title: "A filter above the active disk takes the place of write notifiers",
    from: "proposal",
    told:
      "Backup was told of guest writes by callbacks hidden in the disk's node. The " +
      "proposal makes that visible: a filter node above the disk that copies what is about " +
      "to be overwritten. The answer likes it, and asks why the backup job's own filter " +
      "should not do that.",
    later: [
      {
        version: "4.2",
        text:
          "The job's filter does it (`backup-top`), as the answer wished; only jobs can " +
          "have it.",
      },
      { version: "6.1", commit: "ad578c56d5", text: "The notifiers are gone." },
      { version: "6.2", text: "The filter is public: `copy-before-write`, a node like any other." },
    ],
    here:
      "Every interleaving of guest writes, view reads, faults and " +
      "time-outs is searched. The hook as it was posted loses the point in time to two " +
      "writes at once (H02): it counted a cluster as saved only after the copy.",
    models: ["fleecing", "forwarding", "overlap", "pieces", "rfc-hook-race"],
  },
  {
    anchor: "cache",
    title: "A cache receives the old data, and is the point in time for readers",
    from: "proposal",
    told:
      "One node is to be both: the place where old data goes, and what readers open to see " +
      "the disk as it was.",
    later: [
      {
        version: "7.0",
        text:
          "The two are apart: any node can be the target, and `snapshot-access` shows the " +
          "point in time, by rules inside the hook.",
      },
      { version: null, text: "A dedicated cache, with memory, tiers and eviction." },
    ],
    here:
      "`fleecing-cache` is that node: it is the hook's target, keeps old data in memory, " +
      "and shows the point in time by itself. What it does when memory is full is an " +
      "option: fail the guest's write, give the view up, or have the guest wait. It has to " +
      "be the cache that gives it up: of a hook that does, its readers do not hear.",
    models: [
      ...["fleecing-cache-ram", "fleecing-cache-breaks", "fleecing-cache-waits", "copied-view"],
      "hook-gives-up",
    ],
  },
  {
    anchor: "name",
    title: "It is copy-before-write, not copy-on-write",
    from: "answer",
    told:
      "Copy-on-write puts new data elsewhere and copies only by accident; here old data is " +
      "moved out of the way and new data stays in place. The answer wants the two kept " +
      "apart.",
    later: [{ version: "6.2", text: "The name of the filter is `copy-before-write`." }],
    here:
      "Both keep one point in time, and both are modelled side by side, with what each " +
      "costs a guest and what must be merged afterwards (see the page on designs).",
    models: ["cow-overlay", "cbw-hook"],
  },
  {
    anchor: "first-picture",
    title: "The first picture: a qcow2 cache whose backing file is the disk",
    from: "proposal",
    told:
      "The simplest cache is a temporary qcow2 image over the active disk: what was saved " +
      "is in the image, the rest shines through. Its author found that permissions did not " +
      "let him build it.",
    later: [
      {
        version: "3.0",
        commit: "f8d59dfb40",
        text:
          "With a backup job it is free of races: writes to such a target wait for readers " +
          "(H05).",
      },
      {
        version: "6.2",
        text:
          "With `copy-before-write` it stands: the hook shares writing of its target, and " +
          "a backing link shares what its parents do.",
      },
    ],
    here:
      "By the rules of 2018 the guest is refused, in QEMU's words; by those of 7.2 the " +
      "picture stands. It still matters when the disk is connected behind the cache: after " +
      "the hook was opened, reads are torn (M3).",
    defects: ["M3"],
    models: [
      "rfc-first-picture",
      "first-picture-today",
      "backing-connected-later",
      "backing-connected-first",
      "backing-connected-later-repaired",
    ],
  },
  {
    anchor: "second-picture",
    title: "The second picture, and problem 1: a node that hacks permissions",
    from: "proposal",
    told:
      "A node between cache and disk that reads the disk and shares everything makes the " +
      "picture possible. The proposal asks what the right way would be. The answer: " +
      "whoever puts such a node there must guarantee what permissions no longer do.",
    later: [
      {
        version: "6.2",
        text:
          "Not needed: the hook shares its target, and while it has no parent it shares " +
          "everything (called a hack by its own commit).",
      },
      {
        version: "9.1",
        commit: "137b4d4bd5",
        text: "The hook asks to read its source whenever it has a parent.",
      },
    ],
    here:
      "With the hacking node everything is granted, and a reader at the same time gets the " +
      "guest's new data (H05). The hook protects the disk by what it does not share; one " +
      "that the guest was never moved onto protects nothing (M7).",
    defects: ["M7"],
    models: ["rfc-second-picture", "rfc-second-picture-race", "unused-hook-guards-nothing"],
  },
  {
    anchor: "filter-by-itself",
    title: "Let users add the backup filter by itself, for sync=none only",
    from: "answer",
    told:
      "If fleecing without a job is the goal, the backup job's filter could be added by " +
      "`blockdev-add`; nothing else would be new.",
    later: [{ version: "6.2", text: "That is what `copy-before-write` is." }],
    here:
      "The job with `sync=none` and the filter by itself are the same charts here, so what " +
      "is checked of one holds of the other; also with the thread's cache for a target.",
    models: ["inserted-by-job", "cache-under-job"],
  },
  {
    anchor: "job-guarantees",
    title: "A block job guarantees the permissions",
    from: "answer",
    told:
      "A user cannot promise that nobody writes the disk below the filter; a job can, " +
      "because it holds the nodes it works on. So a job may be the better place.",
    later: [
      {
        version: "6.2",
        text:
          "Half of it: jobs hold links that ask for nothing, so that nodes do not vanish, " +
          "and the filter's masks keep writers out.",
      },
    ],
    here:
      "Without a job the order of commands matters. Exported before the guest is moved " +
      "onto the hook, the cache shows what the guest writes until then: QEMU accepts it.",
    defects: ["M7"],
    models: ["exported-before-inserted"],
  },
];
