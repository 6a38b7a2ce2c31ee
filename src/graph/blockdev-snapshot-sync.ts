/**
 * `blockdev-snapshot-sync`: opens an overlay, and puts it above a node (QEMU blockdev.c,
 * `external_snapshot_action`). Nobody owns the overlay but its users: it goes with the last of
 * them, at once if there is none.
 *
 * Limits: the format is qcow2. The graph makes no files: whoever has the images has made the file
 * before, unless `mode` is `existing` (src/serve/snapshot-files.ts). A node is named by
 * `node-name`.
 */
import { z } from "zod";
import { INHERITS_NOTHING, openNode } from "./blockdev-add.ts";
import { blockdevSnapshot } from "./blockdev-snapshot.ts";
import { defineCommand } from "./command.ts";
import { closeUnused } from "./edges.ts";
import { nodes, sent } from "./example.ts";
import { find } from "./find-node.ts";
import { childNamed, filteredEdge, type Graph, type GraphNode, type JsonObject } from "./graph.ts";
import { requireUnblocked } from "./op-blocker.ts";
import { refuse } from "./refuse.ts";

const FORMAT = "qcow2";

export const snapshotSchema = z.strictObject({
  device: z.string().optional().meta({ description: "a device, of which a daemon has none" }),
  "node-name": z.string().optional().meta({ description: "the node that is covered" }),
  "snapshot-file": z.string().meta({ description: "the file of the overlay" }),
  "snapshot-node-name": z.string().optional().meta({ description: "name of the overlay" }),
  format: z.string().default(FORMAT).meta({ description: "of the overlay" }),
  mode: z.enum(["absolute-paths", "existing"]).default("absolute-paths").meta({
    description: "whether the overlay is made, or is there already",
  }),
});

export const blockdevSnapshotSync = defineCommand({
  name: "blockdev-snapshot-sync",
  summary: "Makes an overlay, and puts it above a node.",
  schema: snapshotSchema,
  example: [
    ...nodes("disk"),
    sent("blockdev-snapshot-sync", {
      ...{ "node-name": "disk", "snapshot-file": "overlay.qcow2" },
      "snapshot-node-name": "overlay",
    }),
  ],
  apply(before, args, context) {
    const { device = "", "node-name": named = "", "snapshot-node-name": name } = args;
    const text = `Cannot find device='${device}' nor node-name='${named}'`;
    const node = find(before, named, text);
    requireUnblocked(before, node.name);
    if (name === undefined) throw refuse("New overlay node-name missing");
    if (before.nodes.has(name)) throw refuse("New overlay node-name already in use");
    if (args.mode !== "existing") requireMakeable(before, node, args.format, args["snapshot-file"]);
    const definition = overlayOf(node, { ...args, name });
    const opened = openNode(before, definition, { ...context, before }, INHERITS_NOTHING);
    const covered = blockdevSnapshot.apply(
      opened.graph,
      { node: node.name, overlay: name },
      context,
    );
    return closeUnused(covered, name, context);
  },
});

interface Overlay {
  readonly name: string;
  readonly format: string;
  readonly "snapshot-file": string;
}

/** It is opened as the node below was. */
function overlayOf({ options, readOnly }: GraphNode, overlay: Overlay): JsonObject {
  const { name, format, "snapshot-file": filename } = overlay;
  return {
    ...{ driver: format, "node-name": name, backing: null },
    discard: options.discard ?? "ignore",
    ...(readOnly && { "read-only": true }),
    file: { driver: "file", filename },
  };
}

/** @throws BlockgraphError `graph-refused`: no image above the node can be made there */
function requireMakeable(graph: Graph, node: GraphNode, format: string, file: string): void {
  if (format === "raw") throw refuse("Backing file not supported for file format 'raw'");
  if (format !== FORMAT) throw refuse(`Unknown file format '${format}'`);
  if (fileBelow(graph, node.name) !== file) return;
  throw refuse("Error: Trying to create an image with the same filename as the backing file");
}

/** What QEMU calls a node's image: the file that it, or what it filters, is in; null: none. */
export function fileBelow(graph: Graph, name: string): string | null {
  for (let node = graph.nodes.get(name); node !== undefined; ) {
    if (node.driver === "file") return String(node.options.filename);
    const shown = filteredEdge(graph, node.name);
    node = shown ? graph.nodes.get(shown.child) : childNamed(graph, node.name, "file");
  }
  return null;
}
