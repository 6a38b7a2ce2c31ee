/**
 * `nbd-server-add` and `nbd-server-remove`: exports as they were added and removed once (QEMU
 * blockdev-nbd.c, `qmp_nbd_server_add`). One whose node cannot be written is not written.
 *
 * Limit: a description is refused, as by `block-export-add`.
 */
import { z } from "zod";
import { findDeviceOrNode } from "../graph/find-node.ts";
import type { Graph, JsonObject } from "../graph/graph.ts";
import { parseArguments } from "../graph/refuse.ts";

const added = z.strictObject({
  device: z.string(),
  name: z.string().optional(),
  description: z.string().optional(),
  writable: z.boolean().default(false),
  bitmap: z.string().optional(),
});
const removed = z.strictObject({
  name: z.string(),
  mode: z.enum(["safe", "hard"]).default("safe"),
});

/** What `block-export-add` is given instead. @throws BlockgraphError `graph-refused` */
export function exportAdded(graph: Graph, args: JsonObject): JsonObject {
  const { device, description, bitmap, writable, ...given } = parseArguments(added, args);
  const node = findDeviceOrNode(graph, device);
  const { name = device } = given;
  return {
    ...{ type: "nbd", id: name, name, "node-name": node.name },
    writable: writable && !node.readOnly,
    ...(description !== undefined && { description }),
    ...(bitmap !== undefined && { bitmaps: [bitmap] }),
  };
}

/** What `block-export-del` is given instead. @throws BlockgraphError `graph-refused` */
export function exportRemoved(args: JsonObject): JsonObject {
  const { name, mode } = parseArguments(removed, args);
  return { id: name, mode };
}
