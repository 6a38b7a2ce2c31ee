/**
 * What a node is called after the images below it (QEMU block.c, `bdrv_refresh_filename`): by a
 * name if opening that would give the same node, else by all the options that make it what it is,
 * as `json:`.
 *
 * Limit: QEMU writes the options in an order that follows from how it stores them; here they stand
 * in that of the driver.
 */
import {
  childEdges,
  childNamed,
  type Graph,
  type GraphNode,
  type JsonObject,
} from "../graph/graph.ts";
import { exportOf } from "./named-images.ts";

/** Options without which a node would show something else, beside its children. */
const STRONG: Readonly<Record<string, readonly string[]>> = {
  ...{ file: ["filename"], raw: ["offset", "size"], "null-co": ["size", "read-zeroes"] },
  ...{ nbd: ["server", "export", "tls-creds", "tls-hostname"], throttle: ["throttle-group"] },
  ...{ blkdebug: ["inject-error", "set-state", "config"], "copy-on-read": ["bottom"] },
};
/** Filters that go by the name of what they filter. */
const NAMED_AS_BELOW: ReadonlySet<string> = new Set(["copy-before-write", "snapshot-access"]);

/** What a node's header says is behind it, as a path; null: nothing. */
export type NamedBehind = (node: GraphNode) => string | null;

/** The name of a node of a graph. */
export function filenameOf(graph: Graph, node: GraphNode, behind: NamedBehind): string {
  return (
    exactName(graph, node, behind) ?? `json:${JSON.stringify(fullOptions(graph, node, behind))}`
  );
}

function exactName(graph: Graph, node: GraphNode, behind: NamedBehind): string | null {
  const { driver, options } = node;
  if (driver === "file") return String(options.filename);
  if (driver === "nbd") return exportOf(node);
  if (driver === "null-co" && strong(node).length === 0) return "null-co://";
  const below = childNamed(graph, node.name, "file");
  if (below === undefined) return null;
  if (NAMED_AS_BELOW.has(driver)) return filenameOf(graph, below, behind);
  const isFormat = driver === "raw" || driver === "qcow2";
  const isProtocol = below.driver === "file" || below.driver === "nbd";
  const isPlain = strong(node).length === 0 && !isOverridden(graph, node, behind);
  return isFormat && isProtocol && isPlain ? exactName(graph, below, behind) : null;
}

function fullOptions(graph: Graph, node: GraphNode, behind: NamedBehind): JsonObject {
  const overridden = isOverridden(graph, node, behind);
  const children = childEdges(graph, { kind: "node", name: node.name }).flatMap((edge) => {
    const child = graph.nodes.get(edge.child);
    if (child === undefined || (edge.roles.includes("cow") && !overridden)) return [];
    return [[edge.name, fullOptions(graph, child, behind)] as const];
  });
  const hasNone = overridden && childNamed(graph, node.name, "backing") === undefined;
  return {
    driver: node.driver,
    ...Object.fromEntries(strong(node)),
    ...Object.fromEntries(children),
    ...(hasNone && { backing: null }),
  };
}

function strong({ driver, options }: GraphNode) {
  return (STRONG[driver] ?? []).flatMap((name) => {
    const value = options[name];
    return value === undefined ? [] : [[name, value] as const];
  });
}

/** Whether a node has another backing file than its header names (`bdrv_backing_overridden`). */
function isOverridden(graph: Graph, node: GraphNode, behind: NamedBehind): boolean {
  if (node.driver !== "qcow2") return false;
  const backing = childNamed(graph, node.name, "backing");
  return (backing === undefined ? null : filenameOf(graph, backing, behind)) !== behind(node);
}
