/**
 * `block-export-add` and `block-export-del`: offering a node to somebody outside (QEMU
 * block/export/export.c). A reader of the point-in-time view is the client of an export.
 *
 * An export shares everything when it is attached; the NBD server then stops sharing `resize`, in a
 * second step (nbd/server.c, `nbd_export_create`). Which step is refused decides the text.
 */
import { z } from "zod";
import { WELL_FORMED } from "./blockdev-add.ts";
import type { DriverCatalogue } from "./catalogue.ts";
import { Chains } from "./chain.ts";
import { type CommandContext, defineCommand } from "./command.ts";
import { requireFree } from "./dirty-bitmap.ts";
import { attach, detach, releaseAll } from "./edges.ts";
import { findNode } from "./find-node.ts";
import type { Edge, Graph, GraphNode } from "./graph.ts";
import { measured } from "./length.ts";
import { ALL_PERMISSIONS, CONSISTENT_READ, RESIZE, WRITE } from "./permission.ts";
import { refreshPermissions } from "./refresh.ts";
import { refuse, takingBack, undoing } from "./refuse.ts";
import { ROOT_ROLES } from "./role.ts";

const schema = z.strictObject({
  type: z.literal("nbd"),
  id: z.string(),
  "node-name": z.string(),
  name: z.string().optional(),
  writable: z.boolean().default(false),
  bitmaps: z.array(z.string()).default([]),
  "allocation-depth": z.boolean().default(false),
});

export const blockExportAdd = defineCommand({
  name: "block-export-add",
  summary: "Offers a node to clients under an id.",
  schema,
  apply(before, args, context) {
    const { id, type, writable, "node-name": child, name: exportName = child } = args;
    if (!WELL_FORMED.test(id)) throw refuse("Invalid block export id");
    if (before.exports.has(id) || before.devices.has(id)) {
      throw refuse(`Block export id '${id}' is already in use`);
    }
    const node = findNode(before, child);
    if (writable && node.readOnly) throw refuse("Cannot export read-only node as writable");
    const edge: Edge = {
      parent: { kind: "export", name: id },
      child,
      name: "root",
      roles: ROOT_ROLES,
      perm: CONSISTENT_READ | (writable ? WRITE : 0),
      shared: ALL_PERMISSIONS,
    };
    const exports = new Map(before.exports).set(id, { id, type, writable, name: exportName });
    const added = { ...before, exports };
    const refresh = { ...context, before };
    const attached = refreshPermissions(attach(added, edge), [child], refresh);
    const left = () => releaseAll(attached, edge.parent, context);
    return takingBack(before, () =>
      undoing(left, () => served(before, attached, edge, args, context)),
    );
  },
});

/** The export is added to the server, and shows bitmaps. */
function served(
  before: Graph,
  attached: Graph,
  edge: Edge,
  args: z.infer<typeof schema>,
  context: CommandContext,
): Graph {
  const { id, type, writable, "node-name": child, name: exportName = child } = args;
  const node = findNode(before, child);
  if (!before.nbdServer) throw refuse("NBD server not running");
  if ([...before.exports.values()].some(({ name }) => name === exportName)) {
    throw refuse(`NBD server already has export named '${exportName}'`);
  }
  const replaced = attach(detach(attached, edge), { ...edge, shared: ALL_PERMISSIONS & ~RESIZE });
  const refreshed = refreshPermissions(replaced, [child], { ...context, before });
  const after = measured(refreshed, child, context);
  if (args.bitmaps.length === 0) return after;
  const bitmaps = args.bitmaps.map((bitmap) => {
    return { node: exportable(before, node, bitmap, writable, context.drivers), name: bitmap };
  });
  const shown = { id, type, writable, name: exportName, bitmaps };
  return { ...after, exports: new Map(after.exports).set(id, shown) };
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
  requireFree(graph, node.name, name);
  if (bitmap.enabled && !writable && !node.readOnly) {
    throw refuse(`Enabled bitmap '${name}' incompatible with readonly export`);
  }
  return node.name;
}

export const blockExportDel = defineCommand({
  name: "block-export-del",
  summary: "Withdraws an export.",
  schema: z.strictObject({ id: z.string(), mode: z.enum(["safe", "hard"]).default("safe") }),
  apply(graph, { id }, context) {
    if (!graph.exports.has(id)) throw refuse(`Export '${id}' is not found`);
    const exports = new Map(graph.exports);
    exports.delete(id);
    return { ...releaseAll(graph, { kind: "export", name: id }, context), exports };
  },
});
