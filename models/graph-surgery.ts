/**
 * Graph surgery: everything that commands can make of five nodes, a guest, a reader and a job.
 *
 * From the empty graph nodes are opened, closed, put above or below each other, reopened and moved,
 * in any order: hooks, views, filters, overlays. No node has a name that matters, so graphs that
 * differ in names only are one.
 *
 * The same commands on a graph that is being fleeced already break what QEMU breaks: with a reader
 * on a view, a second hook or an overlay takes the view along (R02, R03). By the proposed rule
 * nothing breaks.
 */
import type { QmpCommand } from "../src/graph/commands.ts";
import type { Graph, GraphNode, JsonObject } from "../src/graph/graph.ts";
import { qmp } from "../src/system/model.ts";
import type { Surgery } from "../src/system/surgery.ts";
import { hookOverDisk, imagesOf, viewOfHook } from "./thread/parts.ts";

const NAMES = ["a", "b", "c", "d", "e"];
const [READER, JOB] = ["reader", "job"];

/** All commands, with all nodes in all places. A new node takes the first name that is free. */
function commands(graph: Graph, names: readonly string[]): readonly QmpCommand[] {
  const { nodes, devices, exports, jobs } = graph;
  const there = [...nodes.keys()];
  const pairs = there.flatMap((node) =>
    there.filter((other) => other !== node).map((other) => [node, other] as const),
  );
  const name = names.find((candidate) => !nodes.has(candidate));
  const reopened = [...nodes.values()].filter(({ driver }) => REOPENED.has(driver));
  return [
    ...(name === undefined ? [] : additions(name, there, pairs)),
    ...there.map((node) => qmp("blockdev-del", { "node-name": node })),
    ...reopened.flatMap((node) => there.map((file) => reopening(node, file))),
    ...pairs.map(([node, overlay]) => qmp("blockdev-snapshot", { node, overlay })),
    ...(jobs.size > 0
      ? [qmp("block-job-cancel", { device: JOB })]
      : pairs.map(([device, target]) =>
          qmp("blockdev-backup", { "job-id": JOB, device, target, sync: "none", ...NAMED }),
        )),
    ...(devices.size > 0
      ? [qmp("device_del", { id: "guest" }), ...there.map(guestMoves)]
      : there.map((drive) => qmp("device_add", { driver: "virtio-blk-pci", id: "guest", drive }))),
    ...(exports.size > 0
      ? [qmp("block-export-del", { id: READER })]
      : there.flatMap((node) => [exported(node, false), exported(node, true)])),
  ];
}

const NAMED = { "filter-node-name": "filter" };
const REOPENED: ReadonlySet<string> = new Set(["raw", "throttle"]);

function additions(
  name: string,
  there: readonly string[],
  pairs: readonly (readonly [string, string])[],
): QmpCommand[] {
  const add = (args: JsonObject) => qmp("blockdev-add", { "node-name": name, ...args });
  return [
    add({ driver: "null-co" }),
    ...there.flatMap((file) =>
      ["raw", "snapshot-access", "copy-on-read"].map((driver) => add({ driver, file })),
    ),
    ...there.map((file) => add({ driver: "qcow2", file, backing: null })),
    ...pairs.map(([file, target]) => add({ driver: "copy-before-write", file, target })),
    ...pairs.map(([file, backing]) => add({ driver: "qcow2", file, backing })),
  ];
}

function reopening({ name, driver, options }: GraphNode, file: string): QmpCommand {
  return qmp("blockdev-reopen", { options: [{ ...options, driver, "node-name": name, file }] });
}

const guestMoves = (value: string) =>
  qmp("qom-set", { path: "/machine/peripheral/guest", property: "drive", value });

const exported = (node: string, writable: boolean) =>
  qmp("block-export-add", { type: "nbd", id: READER, "node-name": node, writable });

const PROPERTIES = [
  ...["graph-is-acyclic", "masks-follow-rules", "refusal-changes-nothing", "writes-are-permitted"],
  ...["handles-keep-their-view", "everything-can-be-closed"],
];

const fromNothing = {
  images: [],
  setup: [],
  names: NAMES,
  depth: 5,
  commands: (graph) => commands(graph, NAMES),
  properties: PROPERTIES,
  expected: { verdict: "holds" },
  mutants: [],
} as const satisfies Partial<Surgery>;

const graphSurgery: Surgery = {
  ...fromNothing,
  name: "graph-surgery",
  title: "Every sequence of graph commands, by the proposed rules",
  idea: "Five nodes, a guest, a reader and a job, in every order in which commands can put them.",
  profile: "proposed",
};

const graphSurgeryInQemu: Surgery = {
  ...fromNothing,
  name: "graph-surgery-in-qemu",
  title: "Every sequence of graph commands, by the rules of QEMU 7.2",
  idea: "The same commands by the rules of QEMU, whose defects need more of them from nothing.",
  profile: "qemu-7.2",
};

/** All nodes have names of their own, so that a QEMU calls them the same. */
const fleecing: readonly QmpCommand[] = [
  ...["disk", "cache", "spare"].map((name) =>
    qmp("blockdev-add", { driver: "file", "node-name": name, filename: `${name}.raw` }),
  ),
  qmp("device_add", { driver: "virtio-blk-pci", id: "guest", drive: "disk" }),
  hookOverDisk,
  guestMoves("hook"),
  viewOfHook,
  exported("view", false),
];

const FREE = ["x"];
const whileFleecing = {
  images: imagesOf("cache.raw", "spare.raw"),
  setup: fleecing,
  names: FREE,
  depth: 3,
  commands: (graph) => commands(graph, FREE),
  properties: PROPERTIES,
} as const satisfies Partial<Surgery>;

const surgeryWhileFleecing: Surgery = {
  ...whileFleecing,
  name: "surgery-while-fleecing",
  title: "Commands on a graph that is being fleeced, by the proposed rules",
  idea: "A reader is on the view when the surgery begins, and stays there whatever is inserted.",
  profile: "proposed",
  expected: { verdict: "holds" },
  mutants: [
    {
      name: "views-move",
      statement: "a view goes along when what is below it is replaced (R02, R03)",
      rows: { views: "move" },
      caughtBy: "handles-keep-their-view",
    },
  ],
};

const surgeryWhileFleecingInQemu: Surgery = {
  ...whileFleecing,
  name: "surgery-while-fleecing-in-qemu",
  title: "Commands on a graph that is being fleeced, by the rules of QEMU 7.2 (R02, R03)",
  idea: "What is inserted takes the reader's view along, and nobody asked for that.",
  profile: "qemu-7.2",
  expected: { verdict: "violated" },
  mutants: [],
};

export const SURGERIES: ReadonlyMap<string, Surgery> = new Map(
  [graphSurgery, graphSurgeryInQemu, surgeryWhileFleecing, surgeryWhileFleecingInQemu].map(
    (each) => [each.name, each],
  ),
);
