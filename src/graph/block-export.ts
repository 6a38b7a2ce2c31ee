/**
 * `block-export-add` and `block-export-del`: offering a node to somebody outside (QEMU
 * block/export/export.c). A reader of the point-in-time view is the client of an export.
 *
 * An export shares everything when it is attached; the NBD server then stops sharing `resize`, in a
 * second step (nbd/server.c, `nbd_export_create`). Which step is refused decides the text.
 *
 * Whoever exports an inactive node activates it, also if the export is refused afterwards; with
 * `allow-inactive` the export waits for it instead (block/export/export.c, `blk_exp_add`).
 */

import { z } from "zod";
import { WELL_FORMED } from "./blockdev-add.ts";
import type { DriverCatalogue } from "./catalogue.ts";
import { Chains } from "./chain.ts";
import { type CommandContext, defineCommand } from "./command.ts";
import { bitmapOrName, findBitmap, requireUsable } from "./dirty-bitmap.ts";
import { attach, detach, releaseAll } from "./edges.ts";
import { nodes, exported as offered, sent } from "./example.ts";
import { findNode } from "./find-node.ts";
import type { BlockExport, Edge, Graph, GraphNode } from "./graph.ts";
import { activated } from "./hand-over.ts";
import { measured } from "./length.ts";
import { ALL_PERMISSIONS, CONSISTENT_READ, RESIZE, WRITE } from "./permission.ts";
import { refreshPermissions } from "./refresh.ts";
import { orElse, refuse, takingBack, undoing } from "./refuse.ts";
import { ROOT_ROLES } from "./role.ts";
import { arriving, asking } from "./suspended.ts";

/** bytes of a string in the NBD protocol (`NBD_MAX_STRING_SIZE`) */
const NBD_STRING_MAX = 4096;

const schema = z.strictObject({
  type: z.literal("nbd").meta({ description: "kind of export" }),
  id: z.string().meta({ description: "id of the export" }),
  "node-name": z.string().meta({ description: "the node that is offered" }),
  name: z
    .string()
    .optional()
    .meta({ description: "by which clients know it; default: the name of the node" }),
  description: z.string().optional().meta({ description: "what clients are told of it" }),
  writable: z.boolean().default(false).meta({ description: "whether clients may write" }),
  writethrough: z.boolean().default(false).meta({
    description: "whether each write is on the disk before a client is told that it is done",
  }),
  bitmaps: z
    .array(bitmapOrName)
    .default([])
    .meta({ description: "dirty bitmaps of the node that clients are shown" }),
  "allocation-depth": z
    .boolean()
    .default(false)
    .meta({ description: "whether clients are told in which layer data is" }),
  "allow-inactive": z
    .boolean()
    .optional()
    .meta({ description: "whether the node may be, or become, inactive" }),
});

export const blockExportAdd = defineCommand({
  name: "block-export-add",
  summary: "Offers a node to clients under an id.",
  schema,
  example: [...nodes("disk"), offered("guest", "disk", true)],
  apply(before, args, context) {
    const { id, writable, "node-name": child, "allow-inactive": allowInactive } = args;
    if (allowInactive !== undefined && context.profile.inactiveNodes === "none") {
      throw refuse("Parameter 'allow-inactive' is unexpected");
    }
    if (!WELL_FORMED.test(id)) throw refuse("Invalid block export id");
    if (before.exports.has(id) || before.devices.has(id)) {
      throw refuse(`Block export id '${id}' is already in use`);
    }
    const node = findNode(before, child);
    if (writable && node.readOnly) throw refuse("Cannot export read-only node as writable");
    if (allowInactive === true) return exported(before, args, context);
    const usable = activated(before, [child], context);
    return orElse(usable, () => exported(usable, args, context));
  },
});

function exported(before: Graph, args: z.infer<typeof schema>, context: CommandContext): Graph {
  const { id, type, writable, "node-name": child, name = child } = args;
  const allowInactive = args["allow-inactive"] === true;
  const allocationDepth = args["allocation-depth"];
  const { description, writethrough } = args;
  const own = {
    ...{ id, type, writable, name },
    ...(description !== undefined && { description }),
    ...(writethrough && { writethrough }),
    ...(allowInactive && { allowInactive }),
    ...(allocationDepth && { allocationDepth }),
  };
  const added = { ...before, exports: new Map(before.exports).set(id, own) };
  const edge = arriving(added, {
    parent: { kind: "export", name: id },
    child,
    name: "root",
    roles: ROOT_ROLES,
    perm: CONSISTENT_READ | (writable ? WRITE : 0),
    shared: ALL_PERMISSIONS,
  });
  const attached = refreshPermissions(attach(added, edge), [child], { ...context, before });
  const left = () => releaseAll(attached, edge.parent, context);
  return takingBack(before, () =>
    undoing(left, () => served(before, attached, own, edge, args.bitmaps, context)),
  );
}

/** The export is added to the server, and shows bitmaps. */
function served(
  before: Graph,
  attached: Graph,
  own: BlockExport,
  edge: Edge,
  shown: readonly z.infer<typeof bitmapOrName>[],
  context: CommandContext,
): Graph {
  const { child } = edge;
  const node = findNode(before, child);
  if (!before.nbdServer) throw refuse("NBD server not running");
  requireSayable("export name", own.name);
  requireSayable("description", own.description);
  if ([...before.exports.values()].some(({ name }) => name === own.name)) {
    throw refuse(`NBD server already has export named '${own.name}'`);
  }
  const { perm } = edge.suspended ?? edge;
  const sharing = asking(edge, { perm, shared: ALL_PERMISSIONS & ~RESIZE });
  const replaced = attach(detach(attached, edge), sharing);
  const refreshed = refreshPermissions(replaced, [child], { ...context, before });
  const after = measured(refreshed, child, context);
  if (shown.length === 0) return after;
  const bitmaps = shown.map((bitmap) => {
    if (typeof bitmap !== "string") return requireShown(before, bitmap);
    return { node: exportable(before, node, bitmap, own.writable, context.drivers), name: bitmap };
  });
  return { ...after, exports: new Map(after.exports).set(own.id, { ...own, bitmaps }) };
}

/** @throws BlockgraphError `graph-refused` for what no server may send (`nbd_export_create`) */
function requireSayable(what: string, text = ""): void {
  if (text.includes("\0")) throw refuse(`${what} has a NUL character in it`);
  if (Buffer.byteLength(text) > NBD_STRING_MAX) throw refuse(`${what} '${text}' too long`);
}

/** A bitmap that is told with its node is taken as it is. */
function requireShown(graph: Graph, bitmap: { readonly node: string; readonly name: string }) {
  findBitmap(graph, bitmap.node, bitmap.name);
  requireUsable(graph, bitmap.node, bitmap.name);
  return bitmap;
}

/**
 * Bitmaps are looked for down the chain of filters and backing files (`nbd_export_create`).
 * @returns the node that has it
 */
function exportable(
  graph: Graph,
  node: GraphNode,
  name: string,
  writable: boolean,
  drivers: DriverCatalogue,
): string {
  const bitmap = node.bitmaps.get(name);
  if (bitmap === undefined) {
    const below = new Chains(graph, drivers).link(node.name);
    const next = below === undefined ? undefined : graph.nodes.get(below.child);
    if (next === undefined) throw refuse(`Bitmap '${name}' is not found`);
    return exportable(graph, next, name, writable, drivers);
  }
  requireUsable(graph, node.name, name);
  if (bitmap.enabled && !writable && !node.readOnly) {
    throw refuse(`Enabled bitmap '${name}' incompatible with readonly export`);
  }
  return node.name;
}

export const blockExportDel = defineCommand({
  name: "block-export-del",
  summary: "Withdraws an export.",
  schema: z.strictObject({
    id: z.string().meta({ description: "id of the export" }),
    mode: z
      .enum(["safe", "hard"])
      .default("safe")
      .meta({ description: "whether clients that are connected keep it from going; here none is" }),
  }),
  example: [...nodes("disk"), offered("guest", "disk"), sent("block-export-del", { id: "guest" })],
  apply(graph, { id }, context) {
    if (!graph.exports.has(id)) throw refuse(`Export '${id}' is not found`);
    const exports = new Map(graph.exports);
    exports.delete(id);
    return { ...releaseAll(graph, { kind: "export", name: id }, context), exports };
  },
});
