/**
 * Whether a node can be told to compress what is written to it (QEMU block.c,
 * `bdrv_supports_compressed_writes`): a format that does, below nothing but filters that hand such
 * writes on.
 */
import type { DriverCatalogue } from "./catalogue.ts";
import { filteredEdge, type Graph } from "./graph.ts";

export function canCompress(graph: Graph, name: string, drivers: DriverCatalogue): boolean {
  const shape = drivers.get(graph.nodes.get(name)?.driver ?? "");
  if (shape?.compresses !== true) return false;
  const below = shape.filter ? filteredEdge(graph, name) : undefined;
  return below === undefined || canCompress(graph, below.child, drivers);
}
