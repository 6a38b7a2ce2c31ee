/**
 * Random graph commands that mean something: each is made of a few numbers and the graph so far.
 *
 * Numbers choose what to do, and among the nodes there are; now and then a name is wrong. So most
 * commands get as far as the permission system, and a sequence that has shrunk is still one. Each
 * image is used by one node at a time: two would meet in file locks, which are not modelled.
 */
import type { QmpCommand } from "../graph/commands.ts";
import type { Graph, JsonObject } from "../graph/graph.ts";
import { childEdges } from "../graph/graph.ts";
import { PERMISSION_NAMES } from "../graph/permission.ts";

/** What a command is made of: whole numbers, 0 or more. */
export type Pick = readonly [kind: number, a: number, b: number, c: number];

export const RAW_IMAGES = ["r0.raw", "r1.raw", "r2.raw", "r3.raw"];
export const QCOW2_IMAGES = ["q0.qcow2", "q1.qcow2", "q2.qcow2", "q3.qcow2"];
/** bytes of every image, and of what null-co shows */
export const IMAGE_LENGTH = 1 << 20;
const NODES_MAX = 12;
/** One name in so many is of nobody. */
const WRONG_ONE_IN = 24;

type Maker = (graph: Graph, name: string, pick: Pick) => QmpCommand;

const add = (args: JsonObject): QmpCommand => ({ execute: "blockdev-add", arguments: args });

/** In proportion to how often each is wanted. */
const MAKERS: readonly Maker[] = [
  addImage,
  addImage,
  addImage,
  addFilter("raw"),
  addFilter("raw"),
  addFilter("snapshot-access"),
  addFilter("copy-on-read"),
  addFilter("compress"),
  addQcow2,
  addQcow2,
  addHook,
  addHook,
  addHook,
  addPin,
  addPin,
  exportNode,
  exportNode,
  exportNode,
  withdraw,
  remove,
  reopen,
  reopen,
  reopenTwo,
  snapshot,
];

/** The command that some numbers mean in a graph. */
export function commandFor(graph: Graph, pick: Pick): QmpCommand {
  const [kind] = pick;
  const maker = MAKERS[kind % MAKERS.length] ?? remove;
  const taken = [...graph.nodes.keys()];
  const number = Array.from({ length: NODES_MAX + 1 }, (_, index) => `n${index}`);
  const name = number.find((candidate) => !taken.includes(candidate)) ?? "n0";
  return (taken.length >= NODES_MAX && makesNodes(maker) ? remove : maker)(graph, name, pick);
}

function makesNodes(maker: Maker): boolean {
  return ![exportNode, withdraw, remove, reopen, reopenTwo, snapshot].includes(maker);
}

function one(names: readonly string[], choice: number): string {
  if (names.length === 0 || choice % WRONG_ONE_IN === WRONG_ONE_IN - 1) return "nosuch";
  return names[choice % names.length] ?? "nosuch";
}

const nodesOf = (graph: Graph) => [...graph.nodes.keys()];

function addImage(graph: Graph, name: string, [, a, b]: Pick): QmpCommand {
  const used = [...graph.nodes.values()].map(({ options }) => options.filename);
  const free = [...RAW_IMAGES, ...QCOW2_IMAGES].filter((image) => !used.includes(image));
  const filename = free[a % (free.length + 1)];
  const readOnly = b % 8 === 0 ? { "read-only": true } : {};
  const image =
    filename === undefined
      ? { driver: "null-co", size: IMAGE_LENGTH, "read-zeroes": true }
      : { driver: "file", filename };
  return add({ "node-name": name, ...image, ...readOnly });
}

function addFilter(driver: string): Maker {
  return (graph, name, [, a, b]) =>
    add({
      ...{ driver, "node-name": name, file: one(nodesOf(graph), a) },
      ...(b % 10 === 0 && { "read-only": true }),
    });
}

function addQcow2(graph: Graph, name: string, [, a, b, c]: Pick): QmpCommand {
  const images = [...graph.nodes.values()]
    .filter(({ options }) => QCOW2_IMAGES.includes(String(options.filename)))
    .map((node) => node.name);
  const backing = b % 3 === 0 ? null : one(nodesOf(graph), b);
  const options = { driver: "qcow2", "node-name": name, file: one(images, a), backing };
  return add({ ...options, ...(c % 4 === 0 && { "read-only": true }) });
}

function addHook(graph: Graph, name: string, [, a, b]: Pick): QmpCommand {
  const [file, target] = [one(nodesOf(graph), a), one(nodesOf(graph), b)];
  return add({ driver: "copy-before-write", "node-name": name, file, target });
}

function addPin(graph: Graph, name: string, [, a, b, c]: Pick): QmpCommand {
  const chosen = (bits: number) => PERMISSION_NAMES.filter((_, bit) => (bits & (1 << bit)) !== 0);
  const [take, unshare] = [chosen(b % 16), chosen(c % 16)];
  return add({
    ...{ driver: "blkdebug", "node-name": name, image: one(nodesOf(graph), a) },
    ...(take.length > 0 && b % 3 === 0 && { "take-child-perms": take }),
    ...(unshare.length > 0 && c % 2 === 0 && { "unshare-child-perms": unshare }),
  });
}

function exportNode(graph: Graph, _name: string, [, a, b]: Pick): QmpCommand {
  const id = `e${graph.exports.size + (b % 7 === 0 ? 0 : 1)}`;
  const args = { type: "nbd", id, name: id, "node-name": one(nodesOf(graph), a) };
  return { execute: "block-export-add", arguments: { ...args, writable: b % 2 === 0 } };
}

function withdraw(graph: Graph, _name: string, [, a]: Pick): QmpCommand {
  return { execute: "block-export-del", arguments: { id: one([...graph.exports.keys()], a) } };
}

function remove(graph: Graph, _name: string, [, a]: Pick): QmpCommand {
  return { execute: "blockdev-del", arguments: { "node-name": one(nodesOf(graph), a) } };
}

function snapshot(graph: Graph, _name: string, [, a, b]: Pick): QmpCommand {
  const args = { node: one(nodesOf(graph), a), overlay: one(nodesOf(graph), b) };
  return { execute: "blockdev-snapshot", arguments: args };
}

function reopen(graph: Graph, _name: string, pick: Pick): QmpCommand {
  return { execute: "blockdev-reopen", arguments: { options: [element(graph, pick)] } };
}

function reopenTwo(graph: Graph, _name: string, pick: Pick): QmpCommand {
  const [kind, a, b, c] = pick;
  const options = [element(graph, pick), element(graph, [kind, b, c, a])];
  return { execute: "blockdev-reopen", arguments: { options } };
}

function element(graph: Graph, [, a, b, c]: Pick): JsonObject {
  const node = graph.nodes.get(one(nodesOf(graph), a));
  const [driver, name] = [node?.driver ?? "raw", node?.name ?? "nosuch"];
  const { "read-only": _readOnly, ...options } = node?.options ?? {};
  const edges = childEdges(graph, { kind: "node", name });
  const children = Object.fromEntries(edges.map((edge) => [edge.name, edge.child]));
  const file = driver === "raw" ? { file: one(nodesOf(graph), b) } : {};
  const backing = b % 3 === 0 ? null : one(nodesOf(graph), b);
  return {
    ...{ driver, "node-name": name },
    ...options,
    ...children,
    ...file,
    ...(driver === "qcow2" && { backing }),
    ...(c % 6 === 0 && { "read-only": true }),
  };
}
