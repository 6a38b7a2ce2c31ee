/**
 * What jobs, transactions and devices do to a graph, and to the program.
 */
import type { Defect } from "../defect.ts";
import {
  ABORTED,
  add,
  CRASHED,
  exported,
  HUNG,
  hook,
  image,
  nothing,
  qcow2,
  raw,
  says,
  script,
  told,
} from "./steps.ts";

const ZEROS = { size: 1_048_576, "read-zeroes": true };

function backup(device: string, target: string) {
  return told("blockdev-backup", {
    ...{ "job-id": "j", device, target, sync: "none", "filter-node-name": "f" },
  });
}

const ENABLED = told("transaction", {
  actions: [{ type: "block-dirty-bitmap-enable", data: { node: "n", name: "b" } }],
});

export const JOB_DEFECTS: readonly Defect[] = [
  {
    id: "F08",
    title: "A backup is cancelled whose filter another hook stands on: abort",
    told:
      "The hook keeps a bitmap on the filter, and a node must have none when it is closed. " +
      "The filter of a stream that is dismissed aborts in the same way (F95).",
    known: false,
    seen: ["7.2"],
    mended: "10.0 or before",
    models: [],
    cases: ["F08", "F95"],
    script: script(
      [],
      [nothing("n", ZEROS), nothing("t", ZEROS), nothing("u", ZEROS)],
      backup("n", "t"),
      hook("h", { file: "f", target: "u" }),
      told("block-job-cancel", { device: "j" }),
    ),
    shown: ABORTED,
  },
  {
    id: "F12",
    title: "A backup is cancelled whose filter is in a frozen chain: abort",
    told:
      "A copy-on-read filter with a `bottom` freezes the links below it. That the job's " +
      "filter can be dropped is taken for granted.",
    known: false,
    seen: ["7.2", "10.0"],
    models: [],
    cases: ["F12"],
    script: script(
      [],
      [nothing("n", ZEROS), nothing("t", ZEROS)],
      backup("n", "t"),
      add("copy-on-read", "c", { file: "f", bottom: "n" }),
      told("block-job-cancel", { device: "j" }),
    ),
    shown: ABORTED,
  },
  {
    id: "F19",
    title: "A stream that is refused leaves a user behind, and its node in use for ever",
    told:
      "The user through which the job would have read is forgotten when its other nodes " +
      "refuse; nobody can remove it, so the node can never be closed.",
    known: false,
    seen: ["7.2", "10.0"],
    models: [],
    cases: ["F19"],
    script: script(
      [image("r0.raw")],
      add("file", "disk", { filename: "r0.raw" }),
      add("blkdebug", "top", { image: "disk" }),
      exported("e", "top"),
      told("block-stream", { "job-id": "j", device: "top", "auto-finalize": false }),
      told("block-export-del", { id: "e" }),
      told("blockdev-del", { "node-name": "top" }),
    ),
    shown: says("Node top is in use"),
  },
  {
    id: "F22",
    title: "An overlay, a mirror or a commit above a compress filter hangs",
    told:
      "The filter asks its child for its limits, while the command holds the lock of the " +
      "graph that the answer waits for. It hangs also where it would refuse (F36).",
    known: false,
    seen: ["10.0"],
    models: [],
    cases: ["F22", "F23", "F24", "F36"],
    script: script(
      [image("q0.qcow2")],
      qcow2("q", "q0.qcow2", "q-file"),
      add("compress", "k", { file: "q" }),
      nothing("r"),
      told("blockdev-mirror", {
        ...{ "job-id": "j", sync: "none", device: "k", target: "r", "filter-node-name": "fj" },
      }),
    ),
    shown: HUNG,
  },
  {
    id: "F44",
    title: "A transaction that is refused moves users to another node",
    told:
      "An overlay that is taken back moves all its users to the node below, also those " +
      "that it had before. What the transaction had nothing to do with has another child " +
      "now.",
    known: false,
    seen: ["7.2", "10.0"],
    models: [],
    cases: ["F44", "F46", "F47"],
    script: script(
      [image("q0.qcow2")],
      qcow2("o", "q0.qcow2", "o-file"),
      [nothing("n"), raw("r", "o"), raw("s", "n")],
      told("transaction", {
        actions: [
          { type: "blockdev-snapshot", data: { node: "n", overlay: "o" } },
          { type: "abort", data: {} },
        ],
      }),
      [told("blockdev-del", { "node-name": "s" }), told("blockdev-del", { "node-name": "n" })],
    ),
    shown: says("Block device n is in use"),
  },
  {
    id: "F45",
    title: "A transaction that is refused aborts where users cannot be moved",
    told:
      "The same, where those who had the overlay before cannot agree with the others below " +
      "it: the way back is not allowed to fail, and QEMU aborts.",
    known: false,
    seen: ["7.2", "10.0"],
    models: [],
    cases: ["F45"],
    script: script(
      [image("q0.qcow2")],
      qcow2("o", "q0.qcow2", "o-file"),
      hook("h", { file: "o-file", target: "o" }),
      told("transaction", {
        actions: [
          { type: "blockdev-snapshot", data: { node: "o-file", overlay: "o" } },
          { type: "abort", data: {} },
        ],
      }),
    ),
    shown: ABORTED,
  },
  {
    id: "R04",
    title: "A guest's disk is moved to the node that it is on: abort",
    told: "`qom-set` of `drive` to the same node fails an assertion where one sentence would do.",
    known: true,
    seen: ["7.2", "10.0"],
    models: [],
    cases: [],
    script: {
      ...{ program: "qemu-system-x86_64", images: [] },
      steps: [
        nothing("disk"),
        told("device_add", { driver: "scsi-hd", id: "sda", drive: "disk" }),
        told("qom-set", { path: "/machine/peripheral/sda", property: "drive", value: "disk" }),
      ],
    },
    shown: ABORTED,
  },
  {
    id: "R05",
    title: "A copy-on-read filter whose bottom is not in its chain hangs",
    told: "Freezing the chain goes down until it comes to the `bottom`, and never does.",
    known: true,
    seen: ["7.2", "10.0"],
    models: [],
    cases: [],
    script: script(
      [],
      [nothing("a"), nothing("b")],
      add("copy-on-read", "c", { file: "a", bottom: "b" }),
    ),
    shown: HUNG,
  },
  {
    id: "refused-enable",
    title: "A transaction that may not enable a bitmap disables it",
    told:
      "When the action is undone it is asked whether the bitmap recorded before, which is not " +
      "known yet if the bitmap is in use. It stops recording, and what is written from then " +
      "on is missing from the next increment.",
    known: false,
    seen: ["7.2", "10.0"],
    models: [],
    cases: [],
    script: script(
      [],
      [nothing("n"), told("block-dirty-bitmap-add", { node: "n", name: "b" })],
      told("block-export-add", {
        ...{ type: "nbd", id: "e", "node-name": "n", writable: true, bitmaps: ["b"] },
      }),
      ENABLED,
      told("query-named-block-nodes", {}),
    ),
    shown: says('"recording": false'),
  },
  {
    id: "enable-nothing",
    title: "A transaction that is to enable a bitmap which there is not: crash",
    told: "Undoing the action disables what was not found.",
    known: false,
    seen: ["7.2", "10.0"],
    models: [],
    cases: [],
    script: script([], nothing("n"), ENABLED),
    shown: CRASHED,
  },
];
