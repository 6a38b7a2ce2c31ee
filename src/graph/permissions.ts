/**
 * The seam of the permission engine.
 *
 * Every graph command rewires first and asks once, at the end, whether the graph it made is
 * allowed; a refusal leaves the old graph in force (QEMU's order since 6.1, rules P8 and P9 of the
 * reference). The engine that will answer (masks on edges, conflicts in QEMU's words) is a part of
 * its own. Until it is here, `permissionsUnchecked` stands in its place: it allows every graph, and
 * says so by its name wherever it is passed.
 */
import type { Graph } from "./graph.ts";

/**
 * Judges a rewired graph.
 * @param touched names of the nodes whose edges changed
 * @returns the refreshed graph
 * @throws BlockgraphError `graph-refused` with QEMU's text
 */
export type PermissionRefresh = (graph: Graph, touched: readonly string[]) => Graph;

/** Allows everything: no permission is computed, none is refused. */
export const permissionsUnchecked: PermissionRefresh = (graph) => graph;
