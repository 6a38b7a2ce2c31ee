/**
 * Random graph commands that mean something: each is made of a few numbers and the graph so far.
 *
 * Numbers choose what to do, and among the names there are. Two of three commands are tried on our
 * side first, and others are looked for if they would be refused: so graphs grow deep, and what is
 * refused in them is refused by the permission system more often than for a wrong name. A sequence
 * that has shrunk is still one.
 */
import type { QmpCommand } from "../graph/commands.ts";
import type { Graph, JsonObject } from "../graph/graph.ts";
import type { Profile } from "../graph/profile.ts";
import { ACTIVITY_MAKERS, sayingActivity } from "./random-activity.ts";
import { canBeRead, changeJob, sayingHowToCopy } from "./random-copying.ts";
import { IMAGE_LENGTH } from "./random-images.ts";
import {
  command,
  familiar,
  type Maker,
  NOBODY,
  nodesOf,
  one,
  oneIn,
  type Pick,
} from "./random-names.ts";
import { definitionOf, NODE_MAKERS } from "./random-nodes.ts";

const NODES_MAX = 14;

const exportNode: Maker = (graph, _name, [, a, b, c]) => {
  const id = `e${graph.exports.size + (b % 7 === 0 ? 0 : 1)}`;
  const args = { type: "nbd", id, name: id, "node-name": one(nodesOf(graph), a) };
  const bitmaps = oneIn(12, c, { bitmaps: [familiar("b", c >> 4)] });
  return command("block-export-add", { ...args, writable: b % 2 === 0, ...bitmaps });
};

const withdraw: Maker = (graph, _name, [, a]) =>
  command("block-export-del", { id: one([...graph.exports.keys()], a) });

const remove: Maker = (graph, _name, [, a]) =>
  command("blockdev-del", { "node-name": one(nodesOf(graph), a) });

const snapshot: Maker = (graph, _name, [, a, b]) =>
  command("blockdev-snapshot", snapshotData(graph, a, b));

const reopen: Maker = (graph, _name, pick) =>
  command("blockdev-reopen", { options: [element(graph, pick)] });

const reopenTwo: Maker = (graph, _name, pick) => {
  const [kind, a, b, c] = pick;
  const options = [element(graph, pick), element(graph, [kind, b, c, a])];
  return command("blockdev-reopen", { options });
};

const backup: Maker = (graph, name, [, a, b, c]) => {
  const data = backupData(graph, name, a, b);
  const copies = canBeRead(graph, String(data.device)) ? oneIn(2, c, backupOfBitmap(c >> 1)) : {};
  return command("blockdev-backup", { ...data, ...copies });
};

/** A job that holds its id when it has ended. */
const STAYS = { "auto-dismiss": false };

/** How a backup goes by a bitmap, or does not; it does not end before it is told to. */
function backupOfBitmap(choice: number): JsonObject {
  const modes = ["on-success", "always", "never", "on-success"];
  const syncs = ["incremental", "bitmap", "bitmap", "full", "top", "none"];
  return {
    ...{ sync: syncs[choice % 6] ?? "full", "auto-finalize": false },
    ...(choice % 13 > 0 && { bitmap: familiar("b", choice >> 3) }),
    ...(choice % 5 > 1 && { "bitmap-mode": modes[(choice >> 5) % 4] ?? "never" }),
  };
}

/** What streams and commits have in common: they end when they are told to. */
function chainJob(graph: Graph, name: string, a: number, b: number): JsonObject {
  return {
    ...{ "job-id": jobId(graph, b), device: one(nodesOf(graph), a) },
    ...{ "filter-node-name": `${name}j`, "auto-finalize": false },
    ...oneIn(4, a >> 4, STAYS),
  };
}

const mirror: Maker = (graph, name, [, a, b]) =>
  command("blockdev-mirror", {
    ...backupData(graph, name, a, b),
    ...oneIn(2, b >> 4, { "auto-finalize": false }),
  });

const stream: Maker = (graph, name, [, a, b, c]) =>
  command("block-stream", {
    ...chainJob(graph, name, a, b),
    ...oneIn(3, c, { "base-node": one(nodesOf(graph), b) }),
    ...oneIn(4, c >> 2, { bottom: one(nodesOf(graph), b) }),
  });

const commit: Maker = (graph, name, [, a, b, c]) =>
  command("block-commit", {
    ...chainJob(graph, name, a, b),
    ...(c % 3 > 0 && { "top-node": one(nodesOf(graph), b) }),
    ...oneIn(2, c >> 2, { "base-node": one(nodesOf(graph), c >> 3) }),
  });

const cancel: Maker = (graph, _name, [, a, b]) => {
  const how = oneIn(isStuck(graph) ? 1 : 2, b, { force: true });
  return command("block-job-cancel", { device: one(jobsIn(graph), a), ...how });
};

/** Whether jobs may be paused by what was left drained for ever (`reopenedTwice`). */
function isStuck({ nodes }: Graph): boolean {
  return [...nodes.values()].some(({ found }) => found.drained === true);
}

/** All that jobs can be told, in proportion to how often it can be said to what is told it. */
const VERBS = [
  ...["pause", "resume", "resume", "complete", "finalize", "finalize"],
  ...["dismiss", "dismiss", "cancel", "set-speed"],
] as const;

const tell: Maker = (graph, name, pick) => {
  if (isStuck(graph)) return cancel(graph, name, pick);
  const [, a, b, c] = pick;
  const verb = VERBS[b % VERBS.length] ?? "pause";
  const id = one(jobsIn(graph), a);
  if (verb === "set-speed") return command("block-job-set-speed", { device: id, speed: c % 3 });
  const short = verb === "cancel" || c % 2 === 0;
  if (short) return command(`job-${verb}`, { id });
  const named = verb === "finalize" || verb === "dismiss" ? { id } : { device: id };
  return command(`block-job-${verb}`, named);
};

const jobsIn = ({ jobs }: Graph): string[] => [...jobs.keys()];

const resize: Maker = (graph, _name, [, a]) => {
  const name = one(nodesOf(graph), a);
  return command("block_resize", {
    "node-name": name,
    size: graph.nodes.get(name)?.length ?? IMAGE_LENGTH,
  });
};

const changeList: Maker = (graph, _name, [, a, b, c]) => {
  const quorums = nodesOf(graph).filter((name) => graph.nodes.get(name)?.driver === "quorum");
  const parent = one(c % 8 === 0 ? nodesOf(graph) : quorums, a);
  if (b % 3 > 0) return command("x-blockdev-change", { parent, node: one(nodesOf(graph), b) });
  return command("x-blockdev-change", { parent, child: `children.${c % 4}` });
};

const bitmap: Maker = (graph, _name, [, a, b, c]) => {
  const [verb, data] = bitmapAction(graph, a, b, c);
  return command(`block-dirty-bitmap-${verb}`, data);
};

const group: Maker = (_graph, _name, [, a, b]) => {
  const id = familiar("g", a);
  if (b % 4 === 0) return command("object-del", { id });
  return command("object-add", { "qom-type": "throttle-group", id });
};

const transaction: Maker = (graph, name, [, a, b, c]) => {
  const length = 1 + (c % 3);
  const actions = Array.from({ length }, (_, index) => {
    const [x, y] = [a >> (index * 3), b >> (index * 3)];
    if (x % 11 === 0) return { type: "abort", data: {} };
    if (y % 5 === 0) return { type: "blockdev-snapshot", data: snapshotData(graph, x, y) };
    if (y % 5 === 1) {
      return { type: "blockdev-backup", data: backupData(graph, `${name}-${index}`, x, y) };
    }
    const [verb, data] = bitmapAction(graph, x, y, x % 3);
    return { type: `block-dirty-bitmap-${verb}`, data };
  });
  return command("transaction", { actions });
};

/** In proportion to how often each is wanted. */
const MAKERS: readonly Maker[] = [
  ...NODE_MAKERS,
  ...[exportNode, exportNode, exportNode, withdraw, remove, snapshot, backup, cancel],
  ...[reopen, reopen, reopen, reopenTwo, reopenTwo, bitmap, group, transaction],
  ...[mirror, stream, commit, cancel, tell, tell, resize, changeList, changeList],
];

const MAKERS_WITH_ACTIVITY: readonly Maker[] = [...MAKERS, ...ACTIVITY_MAKERS, changeJob];

/**
 * The command that some numbers mean in a graph.
 * @param accepts whether we would accept it
 */
export function commandFor(
  graph: Graph,
  pick: Pick,
  accepts: (command: QmpCommand) => boolean,
  profile: Profile,
): QmpCommand {
  const { inactiveNodes } = profile;
  const [kind, a, b, c] = pick;
  const makers = inactiveNodes === "none" ? MAKERS : MAKERS_WITH_ACTIVITY;
  const maker = makers[kind % makers.length] ?? remove;
  const name = freeName(graph);
  if (name === null && NODE_MAKERS.includes(maker)) return remove(graph, NOBODY, pick);
  const make = (choice: Pick) => {
    const made = sayingHowToCopy(maker(graph, name ?? NOBODY, choice), choice, profile);
    return inactiveNodes === "none" ? made : sayingActivity(made, choice);
  };
  const made = make(pick);
  if (kind % 3 === 0) return made;
  const others: readonly Pick[] = [
    [kind, b, c, a],
    [kind, c, a, b],
    [kind, a >> 6, b >> 6, c >> 6],
    [kind, b >> 6, a >> 6, c],
  ];
  const candidates = [made, ...others.map(make)];
  return candidates.find(accepts) ?? made;
}

/** A name that no node has; null: there are enough nodes. */
function freeName({ nodes }: Graph): string | null {
  if (nodes.size >= NODES_MAX) return null;
  const names = Array.from({ length: NODES_MAX }, (_, index) => `n${index}`);
  return names.find((name) => !nodes.has(name)) ?? null;
}

function snapshotData(graph: Graph, a: number, b: number): JsonObject {
  return { node: one(nodesOf(graph), a), overlay: one(nodesOf(graph), b) };
}

const jobId = (graph: Graph, choice: number): string =>
  `j${jobsIn(graph).length + (choice % 9 === 0 ? 0 : 1)}`;

/** Jobs that do nothing by themselves: what others do, ends at no certain time. */
function backupData(graph: Graph, name: string, a: number, b: number): JsonObject {
  const job = { "job-id": jobId(graph, b), sync: "none", ...oneIn(4, a >> 4, STAYS) };
  const [device, target] = [one(nodesOf(graph), a), one(nodesOf(graph), b)];
  return { ...job, device, target, "filter-node-name": `${name}j` };
}

type BitmapAction = readonly [verb: string, data: JsonObject];

function bitmapAction(graph: Graph, a: number, b: number, c: number): BitmapAction {
  const [node, name] = [one(nodesOf(graph), a), familiar("b", b)];
  const verb = ["add", "add", "add", "remove", "clear", "enable", "disable", "merge"][c % 8];
  if (verb === "add") return [verb, { node, name, ...oneIn(3, b >> 3, { disabled: true }) }];
  if (verb !== "merge") return [verb ?? "add", { node, name }];
  const other = { node: one(nodesOf(graph), b), name: familiar("b", a) };
  return [verb, { node, target: name, bitmaps: [a % 2 === 0 ? familiar("b", a >> 2) : other] }];
}

function element(graph: Graph, [, a, b, c]: Pick): JsonObject {
  const name = one(nodesOf(graph), a);
  const definition = { ...definitionOf(graph, name), "node-name": name };
  const driver = graph.nodes.get(name)?.driver;
  const moves = driver === "raw" || driver === "throttle";
  const backing = b % 3 === 0 ? null : one(nodesOf(graph), b);
  return {
    ...definition,
    ...(moves && { file: one(nodesOf(graph), b) }),
    ...(driver === "throttle" && c % 3 === 0 && { "throttle-group": familiar("g", c) }),
    ...(driver === "qcow2" && { backing }),
    ...oneIn(6, c, { "read-only": true }),
    ...oneIn(7, c, { discard: "unmap" }),
  };
}
