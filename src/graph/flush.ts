/**
 * Flushing a node, as commands do on their way: nobody notices, unless the node writes down what is
 * done to it, and its log is inactive by then. Then QEMU 10.0 aborts (block/io.c,
 * `bdrv_co_write_req_prepare`; found by random commands). What has been flushed is not flushed
 * again; here only a resize makes it worth while.
 */
import type { DriverCatalogue } from "./catalogue.ts";
import { childEdges, type Graph, withNode } from "./graph.ts";
import { Refusal } from "./refuse.ts";

/** @throws Refusal with the abort predicted */
export function requireFlushable(graph: Graph, name: string, drivers: DriverCatalogue): void {
  const node = graph.nodes.get(name);
  const log = drivers.get(node?.driver ?? "")?.logsTo;
  if (log === undefined || node?.found.logs !== true) return;
  const edges = childEdges(graph, { kind: "node", name });
  const child = edges.find((edge) => edge.name === log)?.child ?? "";
  if (graph.nodes.get(child)?.inactive !== true) return;
  const text = `QEMU 10.0 aborts when '${name}' is flushed, whose log '${child}' is inactive`;
  throw new Refusal(`${text}; activate it first`, null, "abort");
}

/** The graph with a node that has been flushed. @throws Refusal as above */
export function flushed(graph: Graph, name: string, drivers: DriverCatalogue): Graph {
  requireFlushable(graph, name, drivers);
  const node = graph.nodes.get(name);
  if (node?.found.logs !== true) return graph;
  const { logs: _, ...found } = node.found;
  return withNode(graph, { ...node, found });
}
