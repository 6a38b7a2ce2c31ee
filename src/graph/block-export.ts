/**
 * `block-export-add` and `block-export-del`: offering a node to somebody outside (QEMU
 * block/export/export.c). A reader of the point-in-time view is the client of an export.
 */
import { z } from "zod";
import { WELL_FORMED } from "./blockdev-add.ts";
import { defineCommand } from "./command.ts";
import { attach, detachParent } from "./edges.ts";
import { readOnlyNode } from "./read-only.ts";
import { refuse } from "./refuse.ts";
import { ROOT_ROLES } from "./role.ts";

export const blockExportAdd = defineCommand({
  name: "block-export-add",
  summary: "Offers a node to clients under an id.",
  schema: z.strictObject({
    type: z.literal("nbd"),
    id: z.string(),
    "node-name": z.string(),
    writable: z.boolean().default(false),
  }),
  apply(graph, args, context) {
    const { id, type, writable, "node-name": child } = args;
    if (!WELL_FORMED.test(id)) throw refuse("Invalid block export id");
    if (graph.exports.has(id)) throw refuse(`Block export id '${id}' is already in use`);
    if (graph.devices.has(id)) throw refuse(`Block export id '${id}' is already in use`);
    const node = graph.nodes.get(child);
    if (node === undefined) throw refuse(`Cannot find device='' nor node-name='${child}'`);
    if (writable && readOnlyNode(node)) throw refuse("Cannot export read-only node as writable");
    const added = {
      ...graph,
      exports: new Map(graph.exports).set(id, { id, type, writable }),
    };
    const parent = { kind: "export", name: id } as const;
    return context.refresh(attach(added, { parent, child, name: "root", roles: ROOT_ROLES }), [
      child,
    ]);
  },
});

export const blockExportDel = defineCommand({
  name: "block-export-del",
  summary: "Withdraws an export.",
  schema: z.strictObject({ id: z.string() }),
  apply(graph, { id }, context) {
    if (!graph.exports.has(id)) throw refuse(`Export '${id}' is not found`);
    const exports = new Map(graph.exports);
    exports.delete(id);
    return context.refresh({ ...detachParent(graph, { kind: "export", name: id }), exports }, []);
  },
});
