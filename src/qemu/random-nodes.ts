/**
 * Random nodes: images, formats, filters and hooks, some with children that are defined inline.
 *
 * Mostly an image is used by one node at a time; now and then by two, which meet in file locks.
 * Windows show all of an image (random-images.ts says why).
 */
import { childEdges, type Graph, type JsonObject, type JsonValue } from "../graph/graph.ts";
import { PERMISSION_NAMES } from "../graph/permission.ts";
import { Topology } from "../graph/topology.ts";
import { IMAGE_LENGTH, RANDOM_IMAGES } from "./random-images.ts";
import { command, familiar, type Maker, nodesOf, one, oneIn } from "./random-names.ts";

const FILENAMES = RANDOM_IMAGES.map(({ filename }) => filename);
const QCOW2_IMAGES = RANDOM_IMAGES.filter(({ format }) => format === "qcow2").map(
  ({ filename }) => filename,
);

const INLINE_ONE_IN = 8;

/** A maker of nodes of a driver; `options` gives what else it is added with. */
function adds(driver: string, options: (...given: Parameters<Maker>) => JsonObject): Maker {
  return (graph, name, pick) =>
    command("blockdev-add", {
      ...{ driver, "node-name": name },
      ...options(graph, name, pick),
      ...oneIn(10, pick[3] >> 4, { "read-only": true }),
      ...oneIn(8, pick[3] >> 8, { discard: "unmap" }),
      ...oneIn(24, pick[3] >> 10, { "read-only": true, "force-share": true }),
    });
}

/** A filter with one child. */
function filter(driver: string, more: (...given: Parameters<Maker>) => JsonObject): Maker {
  return adds(driver, (graph, name, pick) => ({
    file: child(graph, `${name}f`, pick[1]),
    ...more(graph, name, pick),
  }));
}

const nothing = () => ({});

const image: Maker = (graph, name, [, a, , c]) =>
  command("blockdev-add", {
    ...freeImage(graph, a),
    "node-name": name,
    ...oneIn(10, c >> 4, { "read-only": true }),
    ...oneIn(24, c >> 8, { "read-only": true, "force-share": true }),
  });

const qcow2 = adds("qcow2", (graph, name, [, a, b]) => ({
  file: one(nodesOf(graph).filter(isOn(graph, QCOW2_IMAGES)), a),
  ...(b % 12 > 0 && { backing: b % 3 === 0 ? null : child(graph, `${name}b`, b) }),
  ...oneIn(INLINE_ONE_IN, a >> 5, inlineQcow2(graph, name, a)),
}));

const hook = adds("copy-before-write", (graph, name, [, a, b, c]) => ({
  file: child(graph, `${name}f`, a),
  target: child(graph, `${name}t`, b),
  ...oneIn(12, c, { bitmap: { node: one(nodesOf(graph), c), name: familiar("b", c >> 5) } }),
  ...oneIn(6, c >> 2, { "on-cbw-error": "break-snapshot" }),
}));

const pin = adds("blkdebug", (graph, _name, [, a, b, c]) => {
  const chosen = (bits: number) => PERMISSION_NAMES.filter((_, bit) => (bits & (1 << bit)) !== 0);
  const [take, unshare] = [chosen(b % 16), chosen(c % 16)];
  return {
    image: one(nodesOf(graph), a),
    ...oneIn(6, c >> 4, { align: 4096 }),
    ...(take.length > 0 && b % 3 === 0 && { "take-child-perms": take }),
    ...(unshare.length > 0 && c % 2 === 0 && { "unshare-child-perms": unshare }),
  };
});

const window = (_graph: Graph, _name: string, [, , b]: readonly number[]) => ({
  ...oneIn(6, b ?? 0, { size: IMAGE_LENGTH }),
  ...oneIn(9, b ?? 0, { offset: 0 }),
});

const copyOnRead = filter("copy-on-read", (graph, _name, [, a, b]) => {
  const below = Topology.of(graph)
    .order([one(nodesOf(graph), a)])
    .filter((name) => !name.startsWith("#"));
  return oneIn(4, b, { bottom: one(below.slice(1), b) });
});

const throttle = filter("throttle", (_graph, _name, [, , b]) => ({
  "throttle-group": familiar("g", b),
}));

const voters = adds("quorum", (graph, name, [, a, b, c]) => {
  const [all, mirrors] = [1 + (c % 3), oneIn(8, b, { blkverify: true })];
  const children = [a, b, a >> 7].slice(0, all).map((choice, index) => {
    return child(graph, `${name}c${index}`, choice);
  });
  const threshold = mirrors.blkverify === true ? 2 : 1 + ((c >> 2) % all);
  return {
    ...{ children, "vote-threshold": threshold, ...mirrors },
    ...oneIn(4, b >> 3, { "rewrite-corrupted": true }),
  };
});

const verifier = adds("blkverify", (graph, name, [, a, b]) => ({
  raw: child(graph, `${name}f`, a),
  test: child(graph, `${name}t`, b),
}));

/** Its log is flushed by commands: only an image is sure to be written, and I/O is not compared. */
const logger = adds("blklogwrites", (graph, name, [, a, b]) => ({
  file: child(graph, `${name}f`, a),
  log: { ...freeImage(graph, b), ...named(`${name}l`, b) },
}));

/** In proportion to how often each is wanted. */
export const NODE_MAKERS: readonly Maker[] = [
  ...[image, image, image, qcow2, qcow2, hook, hook, hook, pin, pin],
  ...[filter("raw", window), filter("raw", window), filter("snapshot-access", nothing)],
  ...[filter("compress", nothing), filter("preallocate", nothing), copyOnRead, throttle],
  ...[voters, verifier, logger],
];

/** A node by name, or an image that is opened on the spot. */
function child(graph: Graph, name: string, choice: number): JsonValue {
  if ((choice >> 5) % INLINE_ONE_IN > 0) return one(nodesOf(graph), choice);
  return { ...freeImage(graph, choice), ...named(name, choice) };
}

/** Every other inline node has a name. */
const named = (name: string, choice: number) => oneIn(2, choice >> 9, { "node-name": name });

function inlineQcow2(graph: Graph, name: string, choice: number): JsonObject {
  const filename = QCOW2_IMAGES.find((each) => !imagesOf(graph).includes(each));
  if (filename === undefined) return {};
  return { file: { driver: "file", filename, ...named(`${name}q`, choice) }, backing: null };
}

/** An image that nobody has opened; once in a while any. */
function freeImage(graph: Graph, choice: number): JsonObject {
  const used = (choice >> 12) % 12 === 0 ? [] : imagesOf(graph);
  const free = FILENAMES.filter((each) => !used.includes(each));
  const filename = free[choice % (free.length + 1)];
  if (filename !== undefined) {
    return { driver: "file", filename, ...oneIn(12, choice >> 10, { locking: "off" }) };
  }
  return { driver: "null-co", size: IMAGE_LENGTH, "read-zeroes": true };
}

const imagesOf = (graph: Graph) =>
  [...graph.nodes.values()].map(({ options }) => String(options.filename));

function isOn(graph: Graph, images: readonly string[]): (name: string) => boolean {
  return (name) => images.includes(String(graph.nodes.get(name)?.options.filename));
}

/** What a node is, with all options and children, for `blockdev-reopen`. */
export function definitionOf(graph: Graph, name: string): JsonObject {
  const node = graph.nodes.get(name);
  const { "read-only": _readOnly, ...options } = node?.options ?? {};
  const edges = childEdges(graph, { kind: "node", name });
  const children = edges.map((edge): [string, JsonValue] => {
    const nameless = edge.child.startsWith("#");
    return [edge.name, nameless ? definitionOf(graph, edge.child) : edge.child];
  });
  const listed = children.filter(([edge]) => edge.startsWith("children."));
  return {
    ...{ driver: node?.driver ?? "raw" },
    ...(name.startsWith("#") ? {} : { "node-name": name }),
    ...options,
    ...Object.fromEntries(children.filter((each) => !listed.includes(each))),
    ...(listed.length > 0 && { children: listed.map(([, reference]) => reference) }),
  };
}
