/**
 * What goes wrong with inactive nodes, which QEMU has since 10.0 for handing disks over.
 */
import type { Defect } from "../defect.ts";
import type { Script, ScriptStep } from "../script.ts";
import {
  ABORTED,
  add,
  exported,
  image,
  inline,
  nothing,
  raw,
  says,
  script,
  told,
} from "./steps.ts";

/** A node whose child is defined inline, and was reopened to be inactive. */
function inactivated(name: string, child: string) {
  const file = { driver: "null-co", "node-name": child, size: 1_048_576 };
  return [
    raw(name, file),
    told("blockdev-reopen", {
      options: [{ driver: "raw", "node-name": name, file: { ...file, active: false } }],
    }),
  ];
}

function setActive(name: string | null, active: boolean) {
  return told("blockdev-set-active", {
    ...(name !== null && { "node-name": name }),
    active,
  });
}

export const INACTIVE_DEFECTS: readonly Defect[] = [
  {
    id: "F53",
    title: "A node that was ever given active can never be reopened",
    told:
      "`blockdev-reopen` takes the option `active` once, and with `false` inactivates " +
      "whatever nobody writes, without asking for permissions again. From then on every " +
      "reopen of the node is refused.",
    known: false,
    seen: ["10.0"],
    models: [],
    cases: ["F53"],
    script: script(
      [],
      nothing("a"),
      told("blockdev-reopen", {
        options: [{ driver: "null-co", "node-name": "a", size: 1_048_576, active: false }],
      }),
      told("blockdev-reopen", {
        options: [{ driver: "null-co", "node-name": "a", size: 1_048_576 }],
      }),
    ),
    shown: says("Option 'active' cannot be reset to its default value"),
  },
  {
    id: "F54",
    title: "A node that has a child twice aborts when it is inactivated",
    told:
      "The child is inactivated from above a second time, and an assertion has it that " +
      "this does not happen.",
    known: false,
    seen: ["10.0"],
    models: [],
    cases: ["F54"],
    script: script(
      [],
      nothing("a"),
      add("quorum", "q", { children: ["a", "a"], "vote-threshold": 1 }),
      setActive("q", false),
    ),
    shown: ABORTED,
  },
  {
    id: "F55",
    title: "A node whose inline child a reopen inactivated aborts when it is inactivated",
    told: "The same assertion: the reopen has inactivated a child below an active node.",
    known: false,
    seen: ["10.0"],
    models: [],
    cases: ["F55"],
    script: script([], inactivated("s", "g"), setActive("s", false)),
    shown: ABORTED,
  },
  {
    id: "F56",
    title: "An inactivation that is refused leaves a guest's disk without permissions",
    told:
      "What was given up until the refusal is not taken back: the node is active, the " +
      "guest goes on, and nothing keeps others from writing.",
    known: false,
    seen: ["10.0"],
    models: [],
    cases: ["F56"],
    script: machine(
      nothing("a"),
      told("block-export-add", {
        ...{ type: "nbd", id: "x", name: "x", "node-name": "a", writable: true },
      }),
      told("device_add", { driver: "scsi-hd", id: "sda", drive: "a", "share-rw": true }),
      setActive("a", false),
    ),
    shown: says("Failed to inactivate node: Operation not permitted"),
  },
  {
    id: "F57",
    title: "An activation that is refused leaves permissions on an inactive node",
    told:
      "Users whose turn came before the refusal keep what they were granted, on a node " +
      "that nobody may use.",
    known: false,
    seen: ["10.0"],
    models: [],
    cases: ["F57"],
    script: machine(
      add("null-co", "a", { size: 1_048_576, active: false }),
      told("device_add", { driver: "scsi-hd", id: "sda", drive: "a" }),
      inactiveExport("z", true),
      inactiveExport("y", false),
      setActive("a", true),
    ),
    shown: says("Permission conflict on node 'a'"),
  },
  {
    id: "F59",
    title: "Inactivating all nodes forgets some",
    told:
      "Without a name, `blockdev-set-active` comes to those nodes only that were added " +
      "after the last one that somebody does I/O on.",
    known: false,
    seen: ["10.0"],
    models: [],
    cases: ["F59"],
    script: script(
      [],
      [nothing("a"), nothing("b"), nothing("c"), exported("b", "b", false)],
      setActive(null, false),
      [raw("ra", "a"), raw("rb", "b"), raw("rc", "c")],
    ),
    shown: says("Inactive 'c' can't be a file child of active 'rc'"),
  },
  {
    id: "F64",
    title: "A resize above a node that a reopen inactivated aborts",
    told:
      "The resize of the node itself is refused in a sentence; that of one above writes to " +
      "it.",
    known: false,
    seen: ["10.0"],
    models: [],
    cases: ["F64"],
    script: script(
      [],
      [nothing("a"), add("blkdebug", "d", { image: "a" })],
      told("blockdev-reopen", {
        options: [{ driver: "null-co", "node-name": "a", size: 1_048_576, active: false }],
      }),
      told("block_resize", { "node-name": "d", size: 1_048_576 }),
    ),
    shown: ABORTED,
  },
  {
    id: "F74",
    title: "A blklogwrites whose log is inactive aborts when it is flushed",
    told:
      "Closed, reopened, or given an overlay, it writes to its log once more, which is not " +
      "allowed any longer.",
    known: false,
    seen: ["10.0"],
    models: [],
    cases: ["F74", "F75", "F76"],
    script: script(
      [image("r1.raw"), image("r3.raw")],
      add("file", "n", { filename: "r1.raw" }),
      add("blklogwrites", "w", { file: "n", log: inline("r3.raw", "l") }),
      told("block_resize", { "node-name": "w", size: 1_048_576 }),
      setActive("w", false),
      told("blockdev-del", { "node-name": "w" }),
    ),
    shown: ABORTED,
  },
];

/** A script for a machine with a guest, whose NBD server has to be started. */
function machine(...steps: readonly ScriptStep[]): Script {
  const addr = { type: "unix", data: { path: "nbd.sock" } };
  return {
    program: "qemu-system-x86_64",
    images: [],
    steps: [told("nbd-server-start", { addr }), ...steps],
  };
}

function inactiveExport(id: string, writable: boolean) {
  return told("block-export-add", {
    ...{ type: "nbd", id, name: id, "node-name": "a", writable, "allow-inactive": true },
  });
}
