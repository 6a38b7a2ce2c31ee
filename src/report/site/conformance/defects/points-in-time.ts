/**
 * Readers that are given something else than the point in time, and writes that a backup lacks.
 */
import type { Defect } from "../defect.ts";
import {
  begun,
  CLUSTER,
  disk,
  exported,
  hook,
  image,
  io,
  NEW,
  OLD,
  patterned,
  qcow2,
  raw,
  says,
  script,
  throttled,
  told,
  view,
  WAIT,
  WRONG_BYTES,
} from "./steps.ts";

const DISKS = [image("disk.raw", OLD), image("cache.raw")];
const HOOKED = [disk("disk"), disk("cache"), hook("hook", { file: "disk", target: "cache" })];
const FLEECED = [...HOOKED, exported("guest", "hook"), view("view", "hook")];
const READERS = [exported("reader0", "view"), exported("reader1", "view")];
const FLEECING = [...FLEECED, ...READERS];

export const POINT_IN_TIME_DEFECTS: readonly Defect[] = [
  {
    id: "R01",
    title: "A view that breaks lets a read in flight return the guest's new data",
    told:
      "With `on-cbw-error=break-snapshot`, guest writes no longer wait for reads of the " +
      "view once a copy has failed. A read that is in flight then ends with success, and " +
      "with what the guest has just written. Two simplifications of the patch, each safe " +
      "alone, did it.",
    known: true,
    seen: ["7.2", "10.0"],
    models: ["break-snapshot-race", "break-snapshot"],
    cases: [],
    script: script(
      DISKS,
      [disk("disk"), disk("cache"), ...throttled("slow", "disk")],
      hook("hook", {
        file: "slow",
        target: "cache",
        "on-cbw-error": "break-snapshot",
        "cbw-timeout": 1,
      }),
      [exported("guest", "hook"), view("view", "hook"), ...READERS],
      io("reader1", patterned("read", OLD, 0, 4)),
      begun("reader0", patterned("read", OLD, 1)),
      io("guest", patterned("write", NEW, 2)),
      io("guest", patterned("write", 0xbb, 1)),
      WAIT,
    ),
    shown: WRONG_BYTES,
  },
  {
    id: "view-discard",
    title: "A reader's discard turns what another reader is reading into zeros",
    told:
      "A discard through the view has the cache forget the area at once, also while " +
      "another read of the view is being served from there. That one is given zeros, with " +
      "success.",
    known: false,
    seen: ["7.2", "10.0"],
    models: ["view-discard-race", "view-discard"],
    cases: [],
    script: script(
      DISKS,
      [disk("disk"), disk("cache"), ...throttled("slow", "cache")],
      hook("hook", { file: "disk", target: "slow" }),
      [exported("guest", "hook"), view("view", "hook"), ...READERS],
      io("guest", patterned("write", NEW, 0, 4)),
      io("reader1", patterned("read", OLD, 0, 4)),
      begun("reader0", patterned("read", OLD, 1)),
      io("reader1", `discard ${CLUSTER} ${CLUSTER}`),
      WAIT,
    ),
    shown: WRONG_BYTES,
  },
  {
    id: "R02",
    title: "A second backup moves the first reader's view to another point in time",
    told:
      "What is put above a hook takes all its users along, views included. A reader of the " +
      "first point in time is shown that of the second backup, without a word; when that " +
      "ends, the view flips back.",
    known: true,
    seen: ["7.2", "10.0"],
    models: ["two-backups-move-the-view", "two-backups-keep-the-view"],
    cases: [],
    script: script(
      [...DISKS, image("other.raw")],
      FLEECING,
      io("guest", patterned("write", NEW, 0)),
      io("reader0", patterned("read", OLD, 0)),
      disk("other"),
      told("blockdev-backup", { "job-id": "j", device: "hook", target: "other", sync: "none" }),
      io("reader0", patterned("read", OLD, 0)),
    ),
    shown: WRONG_BYTES,
  },
  {
    id: "R03",
    title: "A snapshot above the hook takes the reader's view away",
    told:
      "The same with an overlay: the view is moved onto it, and since an overlay keeps no " +
      "point in time, every read of the view fails.",
    known: true,
    seen: ["7.2", "10.0"],
    models: ["snapshot-moves-the-view", "snapshot-keeps-the-view"],
    cases: [],
    script: script(
      [...DISKS, image("overlay.qcow2")],
      FLEECING,
      qcow2("overlay", "overlay.qcow2", "overlay-file"),
      told("blockdev-snapshot", { node: "hook", overlay: "overlay" }),
      io("reader0", patterned("read", OLD, 0)),
    ),
    shown: says("Operation not supported"),
  },
  {
    id: "M3",
    title: "The cache's backing link made after the hook: torn reads",
    told:
      "Whether writes to the cache wait for its readers is decided when the hook is " +
      "opened. If the disk is connected behind the cache only afterwards, they do not, and " +
      "a reader on its way to the disk is given the guest's new data.",
    known: true,
    seen: ["7.2", "10.0"],
    models: [
      "backing-connected-later",
      "backing-connected-first",
      "backing-connected-later-repaired",
    ],
    cases: [],
    script: script(
      [image("disk.raw", OLD), image("cache.qcow2")],
      [disk("disk"), qcow2("cache", "cache.qcow2", "cache-file")],
      [hook("hook", { file: "disk", target: "cache" }), exported("guest", "hook")],
      throttled("slow", "disk"),
      told("blockdev-reopen", {
        options: [{ driver: "qcow2", "node-name": "cache", file: "cache-file", backing: "slow" }],
      }),
      [exported("reader0", "cache", false), exported("reader1", "cache", false)],
      io("reader1", patterned("read", OLD, 0, 4)),
      begun("reader0", patterned("read", OLD, 1)),
      io("guest", patterned("write", NEW, 1)),
      WAIT,
    ),
    shown: WRONG_BYTES,
  },
  {
    id: "M7",
    title: "A hook that the guest was never moved onto guards nothing",
    told:
      "Without a parent a hook shares everything, so that it can be put above a disk in " +
      "use. If the guest is not moved onto it, all commands are accepted, and nothing is " +
      "saved.",
    known: true,
    seen: ["7.2", "10.0"],
    models: ["unused-hook-guards-nothing", "exported-before-inserted"],
    cases: [],
    script: script(
      [image("disk.raw", OLD), image("cache.qcow2")],
      [disk("disk"), qcow2("cache", "cache.qcow2", "cache-file", "disk")],
      [hook("hook", { file: "disk", target: "cache" }), exported("guest", "disk")],
      exported("reader0", "cache", false),
      io("guest", patterned("write", NEW, 0)),
      io("reader0", patterned("read", OLD, 0)),
    ),
    shown: WRONG_BYTES,
  },
  {
    id: "H03",
    title: "A read over a copied cluster and one that is not is answered from the disk",
    told:
      "A helper of bitmaps called a run that begins copied and goes on otherwise not " +
      "copied at all, so that the reader is given what the guest has put on the disk.",
    known: true,
    seen: ["7.2"],
    mended: "8.0",
    models: ["pieces"],
    cases: [],
    script: script(
      DISKS,
      [disk("disk"), disk("cache")],
      hook("hook", { file: "disk", target: "cache", discard: "unmap" }),
      [exported("guest", "hook"), view("view", "hook"), exported("reader0", "view")],
      io("guest", `discard 0 ${CLUSTER}`),
      io("reader0", patterned("read", OLD, 0, 2)),
    ),
    shown: WRONG_BYTES,
  },
  {
    id: "increment",
    title: "An increment lacks what was written while the hook was put in",
    told:
      "A hook takes its bitmap over when it is opened, and its point in time is when the " +
      "guest is moved onto it. A write in between is on the disk, and neither in the " +
      "hook's bitmap nor in the view; nobody is told.",
    known: false,
    seen: ["7.2", "10.0"],
    models: ["incremental-in-two-steps", "incremental"],
    cases: [],
    script: script(
      DISKS,
      [disk("disk"), disk("cache"), raw("top", "disk"), exported("guest", "top")],
      told("block-dirty-bitmap-add", { node: "disk", name: "bitmap" }),
      hook("hook", {
        file: "disk",
        target: "cache",
        bitmap: { node: "disk", name: "bitmap" },
      }),
      io("guest", patterned("write", NEW, 1)),
      told("blockdev-reopen", {
        options: [{ driver: "raw", "node-name": "top", file: "hook" }],
      }),
      [view("view", "hook"), exported("reader0", "view")],
      io("reader0", patterned("read", NEW, 1)),
    ),
    shown: says("read failed: Invalid argument"),
  },
];

export const DISCARD_DEFECTS: readonly Defect[] = [
  {
    id: "R06",
    title: "A job's filter swallows all that the guest discards",
    told:
      "The filter of a backup or mirror has no `discard=unmap`, and so has a hook that was " +
      "not told; discards end there, with success. A disk that is trimmed during a backup " +
      "does not shrink.",
    known: true,
    seen: ["7.2", "10.0"],
    models: ["discard-lost", "discard-kept"],
    cases: [],
    script: script(
      DISKS,
      [disk("disk"), disk("cache"), exported("guest", "disk")],
      told("blockdev-backup", { "job-id": "j", device: "disk", target: "cache", sync: "none" }),
      io("guest", `discard 0 ${CLUSTER}`),
      io("guest", patterned("read", 0, 0)),
    ),
    shown: WRONG_BYTES,
  },
  {
    id: "H15",
    title: "A discard of a part of a view's cluster aborts",
    told:
      "The range was handed to a bitmap that insists on whole clusters. Up to the end of " +
      "an image it was rounded the other way: the partial last cluster was discarded with " +
      "it.",
    known: true,
    seen: ["7.2"],
    mended: "9.1",
    models: ["last-cluster"],
    cases: [],
    script: script(DISKS, FLEECING, io("reader0", `discard 1 ${CLUSTER}`)),
    shown: { kind: "status", status: 134 },
  },
  {
    id: "discard-source",
    title: "A backup discards the disk of its guest, because it was told to",
    told:
      "`discard-source` is meant for a view, whose copies are needed no more. A job whose " +
      "source is the guest's own disk is accepted as well: what it has copied is discarded " +
      "under the guest, which reads zeros.",
    known: false,
    seen: ["10.0"],
    models: ["discard-source-of-disk", "discard-source"],
    cases: [],
    script: script(
      DISKS,
      [disk("disk"), disk("cache"), exported("guest", "disk")],
      told("blockdev-backup", {
        "job-id": "j",
        device: "disk",
        target: "cache",
        sync: "full",
        "discard-source": true,
      }),
      WAIT,
      io("guest", patterned("read", OLD, 0)),
    ),
    shown: WRONG_BYTES,
  },
];
