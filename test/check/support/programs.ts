/**
 * Small programs for tests of the checker, among them the yardstick, written down directly.
 */
import {
  binary,
  block,
  field,
  goto,
  judge,
  local,
  loop,
  set,
  stands,
  table,
  when,
} from "../../../src/check/program/build.ts";
import type {
  Alternative,
  Node,
  Process,
  Program,
  Statement,
} from "../../../src/check/program/program.ts";

export interface FleeceBounds {
  readonly clusters: number;
  readonly guests: number;
  readonly readers: number;
  readonly values: number;
  /** whether the guest waits for readers; false: the mutant */
  readonly drains?: boolean;
  /** whether clusters count their frozen readers; else the readers are looked at */
  readonly counts?: boolean;
  /** whether clusters, guests and readers are declared interchangeable */
  readonly symmetric?: boolean;
}

/** Copy states; 0 is fresh. */
const [COPYING, COPIED] = [1, 2];

function alternative(name: string, body: readonly Statement[]): Alternative {
  return { name, text: name, choices: [], fair: true, body };
}

function rest(name: string, ...alternatives: readonly Alternative[]): Node {
  return { kind: "rest", name, alternatives };
}

/** The yardstick model: point-in-time reading while guests write. */
export function fleece(bounds: FleeceBounds): Program {
  const { clusters, guests, readers, values, symmetric = false } = bounds;
  const cluster = (name: string, size: number, labels: readonly string[] | null = null) => ({
    name,
    size,
    count: clusters,
    initial: [],
    values: labels,
  });
  const none = clusters;
  const own = (name: string, size: number, count: number, initial = 0) => ({
    name,
    size,
    count,
    initial: Array.from({ length: count }, () => initial),
    values: null,
  });
  return {
    name: "fleece",
    fields: [
      cluster("disk", values),
      cluster("cache", values),
      cluster("copy", 3, ["fresh", "copying", "copied"]),
      ...(bounds.counts ? [cluster("frozen", readers + 1)] : []),
      own("guest.cluster", clusters + 1, guests, none),
      own("guest.value", values, guests),
      own("guest.old", values, guests),
      own("reader.cluster", clusters + 1, readers, none),
    ],
    tables: {},
    processes: [guest(bounds, none), reader(bounds, none)],
    properties: [{ name: "point-in-time", promise: "always" }],
    everyState: [],
    liveness: [],
    symmetries: symmetric ? fleeceSymmetries(bounds) : [],
    coverage: [],
    final: { kind: "constant", value: 0 },
  };
}

function fleeceSymmetries({
  clusters,
  guests,
  readers,
  counts = false,
}: FleeceBounds): Program["symmetries"] {
  const each = (...names: readonly string[]) => names.map((name) => ({ field: name, stride: 1 }));
  return [
    {
      name: "clusters",
      size: clusters,
      owned: each("disk", "cache", "copy", ...(counts ? ["frozen"] : [])),
      processes: [],
      members: [],
      naming: ["guest.cluster", "reader.cluster"].map((field) => ({ field, first: 0, each: 1 })),
      closed: true,
    },
    {
      name: "guests",
      size: guests,
      owned: each("guest.cluster", "guest.value", "guest.old"),
      processes: [{ process: "guest", stride: 1 }],
      members: [],
      naming: [],
      closed: true,
    },
    {
      name: "readers",
      size: readers,
      owned: each("reader.cluster"),
      processes: [{ process: "reader", stride: 1 }],
      members: [],
      naming: [],
      closed: true,
    },
  ];
}

function guest(bounds: FleeceBounds, none: number): Process {
  const at = field("guest.cluster", "self");
  const chosen: Alternative = {
    name: "choose",
    text: "guest {self} chooses cluster {c}",
    choices: [
      { local: "c", count: bounds.clusters },
      { local: "v", count: bounds.values - 1 },
    ],
    fair: false,
    body: [
      set("guest.cluster", "self", "c"),
      set("guest.value", "self", binary("v", "+", 1)),
      goto("chosen"),
    ],
  };
  const claim = [
    local("c", at),
    when(binary(field("copy", "c"), "==", COPIED), [goto("drain")]),
    when(binary(field("copy", "c"), "==", COPYING), [block]),
    set("copy", "c", COPYING),
    set("guest.old", "self", field("disk", "c")),
    goto("save"),
  ];
  const save = [
    local("c", at),
    set("cache", "c", field("guest.old", "self")),
    set("copy", "c", COPIED),
    set("guest.old", "self", 0),
    goto("drain"),
  ];
  const drains = bounds.drains ?? true;
  const drain = [local("c", at), ...(drains ? waitForReaders(bounds) : []), goto("write")];
  const write = [
    set("disk", at, field("guest.value", "self")),
    set("guest.cluster", "self", none),
    set("guest.value", "self", 0),
    goto("idle"),
  ];
  return {
    name: "guest",
    instances: bounds.guests,
    nodes: [
      rest("idle", chosen),
      rest("chosen", alternative("claim", claim)),
      rest("save", alternative("save", save)),
      rest("drain", alternative("drain", drain)),
      rest("write", alternative("write", write)),
    ],
  };
}

/** Blocks while a reader is frozen on cluster `c`. */
function waitForReaders({ counts = false, readers }: FleeceBounds): Statement[] {
  if (counts) return [when(binary(field("frozen", "c"), "!=", 0), [block])];
  const here = binary(field("reader.cluster", "r"), "==", "c");
  const reading = stands("reader", "r", "reading disk");
  return [loop("r", 0, readers, [when(binary(reading, "and", here), [block])])];
}

function reader(bounds: FleeceBounds, none: number): Process {
  const at = field("reader.cluster", "self");
  const { counts = false } = bounds;
  const chosen: Alternative = {
    name: "choose",
    text: "reader {self} chooses cluster {c}",
    choices: [{ local: "c", count: bounds.clusters }],
    fair: false,
    body: [
      set("reader.cluster", "self", "c"),
      when(binary(field("copy", "c"), "==", COPIED), [goto("reading cache")]),
      ...(counts ? [set("frozen", "c", binary(field("frozen", "c"), "+", 1))] : []),
      goto("reading disk"),
    ],
  };
  const compare = (name: string) => judge("point-in-time", 1, binary(field(name, at), "!=", 0));
  return {
    name: "reader",
    instances: bounds.readers,
    nodes: [
      rest("idle", chosen),
      rest(
        "reading cache",
        alternative("read cache", [
          compare("cache"),
          set("reader.cluster", "self", none),
          goto("idle"),
        ]),
      ),
      rest(
        "reading disk",
        alternative("read disk", [
          local("c", at),
          compare("disk"),
          ...(counts ? [set("frozen", "c", binary(field("frozen", "c"), "-", 1))] : []),
          set("reader.cluster", "self", none),
          goto("idle"),
        ]),
      ),
    ],
  };
}

/** The yardstick with its copy state in a table, as charts are lowered. */
export function tabledFleece(bounds: FleeceBounds): Program {
  const program = fleece(bounds);
  const claim = [
    local("c", field("guest.cluster", "self")),
    local("next", table("claim", binary(binary(field("copy", "c"), "*", 2), "+", 1))),
    when(binary("next", "<", 0), [block]),
    local("was", field("copy", "c")),
    set("copy", "c", "next"),
    when(binary("was", "==", COPIED), [goto("drain")]),
    set("guest.old", "self", field("disk", "c")),
    goto("save"),
  ];
  return {
    ...program,
    tables: { claim: [0, COPYING, 0, -1, 0, COPIED] },
    processes: program.processes.map((process) => ({
      ...process,
      nodes: process.nodes.map((node) =>
        node.name === "chosen" ? rest("chosen", alternative("claim", claim)) : node,
      ),
    })),
  };
}
