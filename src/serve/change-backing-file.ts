/**
 * `change-backing-file`: an image says that something else is behind it, which changes nothing in
 * the graph (QEMU blockdev.c, `qmp_change_backing_file`).
 */
import { z } from "zod";
import { DRIVERS } from "../drivers/registry.ts";
import { requireRoot } from "../graph/blockdev-mirror.ts";
import { Chains } from "../graph/chain.ts";
import { findDeviceOrNode, findNode } from "../graph/find-node.ts";
import type { JsonObject } from "../graph/graph.ts";
import { parseArguments, refuse } from "../graph/refuse.ts";
import { changeTo } from "./backing-headers.ts";
import type { LiveGraph } from "./live-graph.ts";

const schema = z.strictObject({
  device: z.string(),
  "image-node-name": z.string(),
  "backing-file": z.string(),
});

/** @throws BlockgraphError `graph-refused` */
export function changeBackingFile(live: LiveGraph, args: JsonObject): void {
  const { device, "image-node-name": name, "backing-file": told } = parseArguments(schema, args);
  const { graph } = live.session;
  const disk = findDeviceOrNode(graph, device);
  requireRoot(graph, disk.name);
  const image = findNode(graph, name);
  const chains = new Chains(graph, DRIVERS);
  const [, below] = chains.nodes(chains.skipFilters(image.name));
  if (below === undefined) {
    throw refuse("not allowing backing file change on an image without a backing file");
  }
  if (!chains.contains(disk.name, image.name)) {
    throw refuse(`'${device}' and image file are not in the same chain`);
  }
  const change = changeTo(graph, chains.skipFilters(image.name), chains.skipFilters(below), told);
  const problem = change === null ? "Operation not supported" : live.changeBacking(change);
  if (problem !== null) throw refuse(`Could not change backing file to '${told}': ${problem}`);
}
