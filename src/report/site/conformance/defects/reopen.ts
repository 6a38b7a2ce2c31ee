/**
 * What `blockdev-reopen` does to a graph, and to the program.
 */
import type { JsonObject } from "../../../../graph/graph.ts";
import type { Defect } from "../defect.ts";
import {
  ABORTED,
  add,
  CRASHED,
  exported,
  hook,
  image,
  inline,
  nothing,
  qcow2,
  raw,
  says,
  script,
  told,
} from "./steps.ts";

const reopen = (...options: readonly JsonObject[]) =>
  told("blockdev-reopen", { options: [...options] });
const odd: JsonObject = { driver: "file", "node-name": "odd", filename: "odd.raw" };
/** bytes: one cluster and a half more than a MiB has */
const ODD_LENGTH = 1_049_088;

export const REOPEN_DEFECTS: readonly Defect[] = [
  {
    id: "M1",
    title: "A reopen that detaches an edge above a diamond aborts",
    told:
      "Where a node below can be reached in two ways, as the disk can through hook and " +
      "cache, taking the upper edge away ends a drained section once too often. So a hook " +
      "cannot be taken out by reopening, nor a refused reopen be rolled back.",
    known: true,
    seen: ["7.2"],
    mended: "8.0",
    models: ["remove-by-reopen"],
    cases: ["C08"],
    script: script(
      [image("base.raw"), image("fleece.qcow2")],
      raw("active", inline("base.raw", "active-file")),
      [raw("top", "active"), exported("guest", "top")],
      qcow2("fleece", "fleece.qcow2", "fleece-file", "active"),
      hook("cbw", { file: "active", target: "fleece" }),
      reopen({ driver: "raw", "node-name": "top", file: "cbw" }),
      exported("fl", "fleece", false),
      reopen({ driver: "raw", "node-name": "top", file: "active" }),
    ),
    shown: ABORTED,
  },
  {
    id: "F16",
    title: "A reopen of a node that loses its last user in the same command crashes",
    told:
      "If a node of the list, or one inline below it, is used by nobody once its parent " +
      "has got another child, it is closed, and looked at again after it was freed.",
    known: false,
    seen: ["7.2", "10.0"],
    models: [],
    cases: ["F16", "F17", "F18"],
    script: script(
      [],
      nothing("other", {}),
      raw("top", { driver: "null-co", "node-name": "inline" }),
      reopen(
        { driver: "null-co", "node-name": "inline" },
        { driver: "raw", "node-name": "top", file: "other" },
      ),
    ),
    shown: CRASHED,
  },
  {
    id: "empty-reopen",
    title: "A reopen of no nodes aborts",
    told:
      "An empty list of options passes the checks of the monitor, and the function behind " +
      "them insists on having something to do.",
    known: false,
    seen: ["7.2", "10.0"],
    models: [],
    cases: [],
    script: script([], reopen()),
    shown: ABORTED,
  },
  {
    id: "F41",
    title: "A node that a reopen is told of twice stays drained",
    told:
      "By its name or as an inline child of another, the node is drained twice and " +
      "released once, also where the command is refused. Clients wait for ever, and jobs " +
      "above it stand still: here a mirror that would have ended at once is still there to " +
      "be cancelled.",
    known: false,
    seen: ["10.0"],
    models: [],
    cases: ["F41", "F42"],
    script: script(
      [image("odd.raw", undefined, ODD_LENGTH)],
      told("blockdev-add", odd),
      [nothing("n"), raw("r", "n")],
      mirror("odd", "n", "f"),
      reopen(odd, odd),
      mirror("r", "odd", "f"),
      told("block-job-cancel", { device: "j", force: true }),
    ),
    shown: says('{"return": {}}'),
  },
  {
    id: "F15",
    title: "An overlay that leaves the filter of a commit aborts",
    told:
      "An overlay above the filter gets another backing file, nobody is left above the " +
      "filter, and it is closed although the links below it are frozen.",
    known: false,
    seen: ["7.2", "10.0"],
    models: [],
    cases: ["F15"],
    script: script(
      [image("q0.qcow2"), image("q1.qcow2"), image("q2.qcow2")],
      qcow2("a", "q0.qcow2", "a-file"),
      qcow2("b", "q1.qcow2", "b-file", "a"),
      qcow2("c", "q2.qcow2", "c-file", "b"),
      told("block-commit", {
        "job-id": "j",
        device: "c",
        "top-node": "b",
        "base-node": "a",
        speed: 1,
        "filter-node-name": "f",
        "auto-finalize": false,
      }),
      reopen({ driver: "qcow2", "node-name": "c", file: "c-file", backing: null }),
    ),
    shown: ABORTED,
  },
];

function mirror(device: string, target: string, filter: string) {
  return told("blockdev-mirror", {
    "job-id": "j",
    sync: "none",
    device,
    target,
    "filter-node-name": filter,
  });
}

export const LENGTH_DEFECTS: readonly Defect[] = [
  {
    id: "M5",
    title: "A hook accepts a target that is smaller than its source",
    told:
      "The first guest write past the target's end fails an assertion. `blockdev-backup` " +
      "compares the two lengths, `blockdev-add` of the filter does not.",
    known: true,
    seen: ["7.2", "10.0"],
    models: [],
    cases: ["C18"],
    script: script(
      [image("base.raw"), image("small.qcow2", undefined, 524_288)],
      raw("active", inline("base.raw", "active-file")),
      add("qcow2", "sm", { file: inline("small.qcow2", "sm-file") }),
      hook("cbw", { file: "active", target: "sm" }),
      exported("guest", "cbw"),
      { kind: "io", through: "guest", commands: ["write 512k 64k"], background: false },
    ),
    shown: ABORTED,
  },
  {
    id: "M6",
    title: "A node that is reopened onto a smaller one keeps its length for those above",
    told:
      "A read past the new end aborts the NBD server; a hook that is put above it aborts " +
      "in 7.2, because its bitmaps are of two lengths.",
    known: true,
    seen: ["7.2", "10.0"],
    models: [],
    cases: ["E13", "K24"],
    script: script(
      [image("base.raw"), image("small.raw", undefined, 524_288)],
      raw("active", inline("base.raw", "active-file")),
      raw("sm", inline("small.raw", "sm-file")),
      [raw("top", "active"), exported("guest", "top")],
      reopen({ driver: "raw", "node-name": "top", file: "sm" }),
      { kind: "io", through: "guest", commands: ["read 768k 4k"], background: false },
    ),
    shown: ABORTED,
  },
  {
    id: "F99",
    title: "A hook whose clusters are to be larger than 2 GiB aborts",
    told:
      "`min-cluster-size` takes 64 bits; the bitmap's granularity has 32, of which nothing " +
      "is left.",
    known: false,
    seen: ["10.0"],
    models: [],
    cases: ["F99"],
    script: script(
      [image("disk.raw"), image("cache.raw")],
      raw("disk", inline("disk.raw", "diskf")),
      raw("cache", inline("cache.raw", "cachef")),
      hook("hook", { file: "disk", target: "cache", "min-cluster-size": 4_294_967_296 }),
    ),
    shown: ABORTED,
  },
  {
    id: "F30",
    title: "A preallocate filter above what cannot be resized keeps everybody from it",
    told:
      "After a resize that failed below, the filter takes itself for begun: it requires to " +
      "write and to resize, and shares neither, for ever, whoever comes.",
    known: false,
    seen: ["10.0"],
    models: [],
    cases: ["F30", "F31"],
    script: script(
      [],
      nothing("n"),
      add("preallocate", "p", { file: "n" }),
      add("copy-on-read", "c", { file: "p" }),
      told("block_resize", { "node-name": "c", size: 1_048_576 }),
      told("block-export-add", { type: "nbd", id: "e", "node-name": "n", writable: true }),
    ),
    shown: says("Permission conflict on node 'n'"),
  },
];
