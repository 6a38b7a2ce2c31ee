/**
 * Dirty bitmaps: `block-dirty-bitmap-add`, `-remove`, `-clear`, `-enable`, `-disable`, `-merge`
 * (QEMU block/monitor/bitmap-qmp-cmds.c).
 *
 * The graph knows that a node has a bitmap, whether it records, and which job works with it; what
 * it has recorded belongs to whoever executes the graph, who is told of `clear` and `merge`
 * (notice.ts). Persistent bitmaps come with the image of their node (loaded-bitmaps.ts), and are
 * stored when that becomes read-only (stored-bitmaps.ts) or is closed.
 */

import { z } from "zod";
import { type CommandContext, defineCommand } from "./command.ts";
import { BITMAP, nodes, sent } from "./example.ts";
import { find, findDeviceOrNode } from "./find-node.ts";
import { type DirtyBitmap, type Graph, type GraphNode, withNode } from "./graph.ts";
import { QCOW2_CLUSTER } from "./image-facts.ts";
import { imageBelow } from "./length.ts";
import { BITMAP_NAME_MAX, requireStorable } from "./loaded-bitmaps.ts";
import { type Notice, recorderOf } from "./notice.ts";
import { uint32 } from "./qapi-integer.ts";
import { refuse } from "./refuse.ts";
import { telling } from "./telling.ts";

const LEAST_GRANULARITY = 512;

/** The bitmap of the examples. */
const CHANGES = { node: "disk", name: "changes" };

const named = z.strictObject({
  node: z.string().meta({ description: "name of its node" }),
  name: z.string().meta({ description: "name of the bitmap" }),
});

/** A bitmap by its name alone, where it is clear of which node (QAPI `BlockDirtyBitmapOrStr`). */
export const bitmapOrName = z.union([z.string(), named], { error: "BlockDirtyBitmapOrStr" });

/** The bitmap of a node (`block_dirty_bitmap_lookup`). @throws BlockgraphError `graph-refused` */
export function findBitmap(graph: Graph, node: string, name: string): DirtyBitmap {
  const bitmap = find(graph, node, `Node '${node}' not found`).bitmaps.get(name);
  if (bitmap === undefined) throw refuse(`Dirty bitmap '${name}' not found`);
  return bitmap;
}

/**
 * A bitmap that can be used now, be it stored or not (`BDRV_BITMAP_ALLOW_RO`).
 * @throws BlockgraphError `graph-refused`
 */
function usableBitmap(graph: Graph, node: string, name: string): DirtyBitmap {
  const bitmap = findBitmap(graph, node, name);
  requireUsable(graph, node, name);
  return bitmap;
}

/**
 * Whether a job works with the bitmap, an export shows it, or its transaction removes it
 * (`bdrv_dirty_bitmap_busy`).
 */
export function isBusy({ exports, nodes }: Graph, node: string, name: string): boolean {
  const shown = [...exports.values()].flatMap(({ bitmaps = [] }) => bitmaps);
  if (shown.some((each) => each.node === node && each.name === name)) return true;
  const { job = null, removed = false } = nodes.get(node)?.bitmaps.get(name) ?? {};
  return removed || job !== null;
}

/**
 * @throws BlockgraphError `graph-refused` if the bitmap is busy, or inconsistent
 * (`bdrv_dirty_bitmap_check`)
 */
export function requireUsable(graph: Graph, node: string, name: string): void {
  requireFree(graph, node, name);
  const bitmap = graph.nodes.get(node)?.bitmaps.get(name);
  if (bitmap !== undefined) requireConsistent(bitmap, name);
}

function requireConsistent({ inconsistent }: DirtyBitmap, name: string): void {
  if (inconsistent) throw refuse(`Bitmap '${name}' is inconsistent and cannot be used`);
}

function requireFree(graph: Graph, node: string, name: string): void {
  if (!isBusy(graph, node, name)) return;
  throw refuse(`Bitmap '${name}' is currently in use by another operation and cannot be used`);
}

/** @throws BlockgraphError `graph-refused` if the bitmap is stored */
export function requireModifiable({ stored }: DirtyBitmap, name: string): void {
  if (stored) throw refuse(`Bitmap '${name}' is readonly and cannot be modified`);
}

/**
 * A bitmap that is free, and not stored; an inconsistent one may be removed, and no more.
 * @throws BlockgraphError `graph-refused`
 */
function modifiableBitmap(graph: Graph, node: string, name: string): DirtyBitmap {
  const bitmap = findBitmap(graph, node, name);
  requireFree(graph, node, name);
  requireModifiable(bitmap, name);
  return bitmap;
}

/**
 * Judges whether one bitmap can be merged into another (`bdrv_dirty_bitmap_check`).
 * @param length bytes that the other covers
 * @throws BlockgraphError `graph-refused`
 */
export function requireMergeable(source: DirtyBitmap, length: number | null): void {
  if (source.length === length || source.length === null || length === null) return;
  throw refuse(
    `Bitmaps are of different sizes (destination size is ${length}, source size is ` +
      `${source.length}) and can't be merged`,
  );
}

/** The graph with a bitmap that is new, or not what it was. */
export function withBitmap(
  graph: Graph,
  node: GraphNode,
  name: string,
  bitmap: DirtyBitmap,
): Graph {
  const bitmaps = new Map(node.bitmaps).set(name, bitmap);
  return withNode(graph, { ...node, bitmaps });
}

/** As large as a cluster of the image, within bounds (`bdrv_get_default_bitmap_granularity`). */
function usualGranularity(graph: Graph, node: GraphNode, context: CommandContext): number {
  const clusterSize = imageBelow(graph, node, context)?.header?.clusterSize ?? QCOW2_CLUSTER;
  return Math.min(65_536, Math.max(4096, clusterSize));
}

const dirtyBitmapAdd = defineCommand({
  name: "block-dirty-bitmap-add",
  summary: "Records which parts of a node are written from now on.",
  schema: named.extend({
    granularity: uint32.optional().meta({
      description: "bytes of a bit, a power of two; default: 65536, or a smaller cluster",
    }),
    persistent: z.boolean().default(false).meta({ description: "whether its image keeps it" }),
    disabled: z.boolean().default(false).meta({ description: "whether it records nothing yet" }),
  }),
  example: [
    ...nodes("disk"),
    sent("block-dirty-bitmap-add", { node: "disk", name: "changes", granularity: 65_536 }),
  ],
  apply(graph, args, context) {
    const { name, persistent, disabled } = args;
    const node = findDeviceOrNode(graph, args.node);
    const granularity = args.granularity ?? usualGranularity(graph, node, context);
    if (name === "") throw refuse("Bitmap name cannot be empty");
    if (granularity < LEAST_GRANULARITY || !Number.isInteger(Math.log2(granularity))) {
      throw refuse("Granularity must be power of 2 and at least 512");
    }
    if (node.bitmaps.has(name)) throw refuse(`Bitmap already exists: ${name}`);
    if (persistent) requireStorable(graph, node, name, context);
    if (Buffer.byteLength(name) > BITMAP_NAME_MAX) throw refuse(`Bitmap name too long: ${name}`);
    const bitmap = {
      ...{ granularity, enabled: !disabled, length: node.length },
      ...{ persistent, stored: false, inconsistent: false, job: null },
    };
    return cleared(withBitmap(graph, node, name, bitmap), node.name, name);
  },
});

const dirtyBitmapRemove = defineCommand({
  name: "block-dirty-bitmap-remove",
  summary: "Removes a dirty bitmap.",
  schema: named,
  example: [...BITMAP, sent("block-dirty-bitmap-remove", CHANGES)],
  apply(graph, { node: nodeName, name }, { inTransaction = false }) {
    const bitmap = modifiableBitmap(graph, nodeName, name);
    const node = find(graph, nodeName, `Node '${nodeName}' not found`);
    const marked = withBitmap(graph, node, name, { ...bitmap, removed: true });
    return inTransaction ? marked : withoutRemovedBitmaps(marked);
  },
});

/** What transactions have removed is gone (`block_dirty_bitmap_remove_commit`). */
export function withoutRemovedBitmaps(graph: Graph): Graph {
  return [...graph.nodes.values()].reduce((rest, node) => {
    const bitmaps = [...node.bitmaps].filter(([, { removed = false }]) => !removed);
    if (bitmaps.length === node.bitmaps.size) return rest;
    return withNode(rest, { ...node, bitmaps: new Map(bitmaps) });
  }, graph);
}

const dirtyBitmapClear = defineCommand({
  name: "block-dirty-bitmap-clear",
  summary: "Forgets what a dirty bitmap has recorded.",
  schema: named,
  example: [...BITMAP, sent("block-dirty-bitmap-clear", CHANGES)],
  apply(graph, { node, name }) {
    requireConsistent(modifiableBitmap(graph, node, name), name);
    return cleared(graph, node, name);
  },
});

function cleared(graph: Graph, node: string, name: string): Graph {
  return telling(graph, { node: recorderOf(node, name), event: "CLEAR", only: null });
}

/** `block-dirty-bitmap-enable` or `-disable`. */
function switchBitmap(verb: "enable" | "disable", summary: string) {
  return defineCommand({
    name: `block-dirty-bitmap-${verb}`,
    summary,
    schema: named,
    example: [...BITMAP, sent(`block-dirty-bitmap-${verb}`, CHANGES)],
    apply(graph, { node, name }) {
      const bitmap = { ...usableBitmap(graph, node, name), enabled: verb === "enable" };
      return withBitmap(graph, find(graph, node, `Node '${node}' not found`), name, bitmap);
    },
  });
}

const dirtyBitmapEnable = switchBitmap("enable", "Lets a dirty bitmap record.");
const dirtyBitmapDisable = switchBitmap("disable", "Stops a dirty bitmap from recording.");

const dirtyBitmapMerge = defineCommand({
  name: "block-dirty-bitmap-merge",
  summary: "Adds to a dirty bitmap what others have recorded.",
  schema: z.strictObject({
    node: z.string().meta({ description: "name of the node of all that are named without one" }),
    target: z.string().meta({ description: "the bitmap that gets the bits of the others" }),
    bitmaps: z
      .array(bitmapOrName)
      .meta({ description: "the others: names, or names with those of their nodes" }),
  }),
  example: [
    ...BITMAP,
    sent("block-dirty-bitmap-add", { node: "disk", name: "all" }),
    sent("block-dirty-bitmap-merge", { node: "disk", target: "all", bitmaps: ["changes"] }),
  ],
  apply(graph, { node, target, bitmaps }) {
    const { length } = findBitmap(graph, node, target);
    const sources = bitmaps.map((source) => {
      const from = typeof source === "string" ? { node, name: source } : source;
      requireMergeable(usableBitmap(graph, from.node, from.name), length);
      return recorderOf(from.node, from.name);
    });
    requireConsistent(modifiableBitmap(graph, node, target), target);
    const into = recorderOf(node, target);
    return telling(graph, ...sources.map((source) => marking(into, source)));
  },
});

/** The clusters of one bitmap are marked in another. */
const marking = (into: string, source: string): Notice => ({
  ...{ node: into, event: "MARK" },
  only: { node: source, event: "LOOK", reply: "DIRTY", matching: true },
});

/** All of them: commands of their own, and actions of a transaction. */
export const DIRTY_BITMAP_COMMANDS = [
  ...[dirtyBitmapAdd, dirtyBitmapRemove, dirtyBitmapClear],
  ...[dirtyBitmapEnable, dirtyBitmapDisable, dirtyBitmapMerge],
];
