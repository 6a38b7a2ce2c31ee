/**
 * `block_resize`: gives a node another length (QEMU blockdev.c, `qmp_block_resize`).
 *
 * While it does, it uses the node like anybody else, and requires to resize it. Then the length is
 * handed down: filters to what they filter, a format to its file if it must grow. Who else is above
 * one of these nodes goes on by the length that he knows (length.ts).
 *
 * Limits: a file that was resized, closed and opened again is as long as it was said to be at
 * first.
 */

import { z } from "zod";
import { type CommandContext, defineCommand } from "./command.ts";
import { requireUsable } from "./dirty-bitmap.ts";
import { attach, detach } from "./edges.ts";
import { opened, sent } from "./example.ts";
import { find } from "./find-node.ts";
import { type Edge, filteredEdge, type Graph, type GraphNode, withNode } from "./graph.ts";
import { imageBelow, wholeSectors } from "./length.ts";
import { blockedBecause } from "./op-blocker.ts";
import { ALL_PERMISSIONS, RESIZE } from "./permission.ts";
import { bytesOf, int64 } from "./qapi-integer.ts";
import { refreshPermissions } from "./refresh.ts";
import { isRefusal, leaving, Refusal, refuse, unlessRefused } from "./refuse.ts";
import { ROOT_ROLES } from "./role.ts";
import { shapeOf } from "./shape-of.ts";
import { arriving } from "./suspended.ts";

/** bytes that a node can have at most (block.c, `BDRV_MAX_LENGTH`) */
const MOST_BYTES = 2n ** 63n - 2n ** 30n;

export const blockResize = defineCommand({
  name: "block_resize",
  summary: "Gives a node another length.",
  schema: z.strictObject({
    device: z
      .string()
      .optional()
      .meta({ description: "name of the node, where `node-name` is not given" }),
    "node-name": z.string().optional().meta({ description: "name of the node" }),
    size: int64.meta({ description: "bytes that it is to have" }),
  }),
  example: [
    opened("file", "disk", { filename: "disk.raw" }),
    sent("block_resize", { "node-name": "disk", size: 2_097_152 }),
  ],
  apply(before, { device = "", "node-name": named = "", size }, context) {
    const text = `Cannot find device='${device}' nor node-name='${named}'`;
    // No disk has a backend with a name here, and a node's is none (block.c, `bdrv_lookup_bs`).
    const { name } = find(before, named, text);
    if (size < 0) throw refuse("Parameter 'size' expects a >0 size");
    const reason = blockedBecause(before, name);
    if (reason !== null) {
      throw refuse(
        context.profile.resizeBlocked === "device"
          ? "Device '(null)' is in use"
          : `Node '${name}' is busy: ${reason}`,
      );
    }
    const user: Edge = {
      parent: { kind: "backend", name: "block_resize" },
      ...{ child: name, name: "root", roles: ROOT_ROLES },
      ...{ perm: RESIZE, shared: ALL_PERMISSIONS },
    };
    const refresh = { ...context, before };
    const used = refreshPermissions(attach(before, arriving(before, user)), [name], refresh);
    const done = (graph: Graph) => {
      const alone = detach(graph, user);
      return unlessRefused(alone, () => refreshPermissions(alone, [name], refresh));
    };
    try {
      return done(truncated(used, name, size, context));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const reached = error instanceof Refusal ? error.graph : null;
      throw leaving(error, done(reached ?? used));
    }
  },
});

/** @throws BlockgraphError `graph-refused` if a node on the way down cannot */
function truncated(graph: Graph, name: string, size: number, context: CommandContext): Graph {
  const node = graph.nodes.get(name);
  if (node === undefined) return graph;
  const bytes = bytesOf(size);
  if (bytes > MOST_BYTES) throw refuse(`offset(${bytes}) exceeds maximum(${MOST_BYTES})`);
  if (node.readOnly) throw refuse("Image is read-only");
  requireActive(node);
  const shape = shapeOf(node.driver, context.drivers);
  const refusal = shape.resizes?.(node.options, { size, length: node.length }) ?? null;
  if (refusal !== null) throw refuse(refusal);
  requireBitmapsFollow(graph, node, context);
  if (shape.keepsLength === true) return graph;
  const below = filteredEdge(graph, name)?.child;
  const { offset } = node.options;
  const length = size + (typeof offset === "number" ? offset : 0);
  const rest =
    below === undefined
      ? graph
      : remembering(node, context, () => truncated(graph, below, length, context), graph);
  const resized = wholeSectors(size);
  const bitmaps = new Map(
    [...node.bitmaps].map(([key, bitmap]) => [key, { ...bitmap, length: resized }]),
  );
  const found = shape.logsTo === undefined ? node.found : { ...node.found, logs: true };
  return withNode(rest, { ...node, length: resized, bitmaps, found });
}

/**
 * Those that are in the image get another length with it.
 * @throws BlockgraphError `graph-refused` if one is busy, or inconsistent (block/qcow2-bitmap.c,
 * `qcow2_truncate_bitmaps_check`)
 */
function requireBitmapsFollow(graph: Graph, node: GraphNode, context: CommandContext): void {
  const kept = imageBelow(graph, node, context)?.header?.bitmaps ?? [];
  for (const { name } of kept) {
    if (node.bitmaps.get(name)?.persistent === true) requireUsable(graph, node.name, name);
  }
}

/** A reopen can inactivate a node below active ones. @throws Refusal, as QEMU aborts */
function requireActive({ name, inactive }: GraphNode): void {
  if (!inactive) return;
  const text = `QEMU 10.0 aborts when '${name}' is resized from above, because it is inactive`;
  throw new Refusal(`${text}; activate it first`, null, "abort");
}

/** Resizes what is below a node, which may go by it from then on if that cannot be. */
function remembering(
  node: GraphNode,
  { drivers, profile }: CommandContext,
  action: () => Graph,
  before: Graph,
): Graph {
  try {
    return action();
  } catch (error) {
    const found = shapeOf(node.driver, drivers).resizeFailed?.(profile) ?? null;
    if (found === null || !isRefusal(error)) throw error;
    const graph = error instanceof Refusal && error.graph !== null ? error.graph : before;
    const changed = { ...node, found: { ...node.found, ...found } };
    throw leaving(error, withNode(graph, changed));
  }
}
