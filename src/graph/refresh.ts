/**
 * Permissions after a graph was rewired: the incremental algorithm, which is QEMU's (rules P1 to P7
 * of the reference; block.c, `bdrv_list_refresh_perms` and `bdrv_node_refresh_perm`).
 *
 * Every node below the touched ones is visited, parents before children. Its parents must agree
 * with each other; if one of them writes, the node must be writable, and as long as its alignment
 * wants; it must get the locks of its file; then its driver says what the node asks of each child.
 * So a node is judged only when all parents that are visited have their new masks, and in a graph
 * whose parts are joined below, old masks are never mixed with new ones. Parents outside of what is
 * visited are taken as they are.
 *
 * The graph is rewired first and judged once (rule P8); whoever asks keeps the old graph if this
 * refuses (rule P9).
 */
import type { DriverCatalogue } from "./catalogue.ts";
import { ConflictRefusal, firstConflict } from "./conflict.ts";
import { FileLocks } from "./file-locks.ts";
import type { Edge, Graph, GraphNode } from "./graph.ts";
import type { ImageFacts } from "./image-facts.ts";
import {
  ALL_PERMISSIONS,
  cumulative,
  type Masks,
  RESIZE,
  WRITE,
  WRITE_UNCHANGED,
} from "./permission.ts";
import type { Profile } from "./profile.ts";
import { refuse } from "./refuse.ts";
import { shapeOf } from "./shape-of.ts";
import { Topology } from "./topology.ts";

export interface RefreshContext {
  readonly drivers: DriverCatalogue;
  readonly profile: Profile;
  readonly images?: ImageFacts;
  /** the graph before the command: what a node is until the command succeeds */
  readonly before: Graph;
  /** whether it is too early: whoever rewires will ask again when all is done */
  readonly deferred?: boolean;
  /** a node whose driver is still opening its children */
  readonly opening?: string;
}

/**
 * Computes the masks of all edges below some nodes.
 * @param roots nodes whose edges changed; the order decides which of several conflicts is named
 * @throws BlockgraphError `graph-refused` with QEMU's text
 */
export function refreshPermissions(
  graph: Graph,
  roots: readonly string[],
  context: RefreshContext,
): Graph {
  if (context.deferred === true) return graph;
  const topology = Topology.of(graph);
  const locks = new FileLocks(graph, context.drivers);
  const fresh = new Map<Edge, Edge>();
  const current = (edge: Edge): Edge => fresh.get(edge) ?? edge;
  const ordered = context.profile.refreshOrder === "last-first" ? roots : roots.toReversed();
  for (const name of topology.order(ordered)) {
    const node = graph.nodes.get(name);
    if (node === undefined) continue;
    const parents = topology.parents(name).map(current);
    const conflict = firstConflict(parents);
    if (conflict !== null) {
      const wanted = { ...graph, edges: graph.edges.map(current) };
      throw new ConflictRefusal(wanted, conflict, context);
    }
    const demands = cumulative(parents);
    checkWritable(node, demands, context);
    checkAligned(node, demands, context);
    if (!node.inactive) locks.prepare(node, demands);
    for (const edge of topology.children(name)) {
      const masks = childMasks(graph, edge, demands, parents.length > 0, context);
      if (masks.perm !== edge.perm || masks.shared !== edge.shared) {
        fresh.set(edge, { ...edge, ...masks });
      }
    }
  }
  const held = locks.committed();
  const committed = held === graph.locks ? graph : { ...graph, locks: held };
  return fresh.size === 0 ? committed : { ...committed, edges: graph.edges.map(current) };
}

/** Rule P4. */
function checkWritable(node: GraphNode, { perm }: Masks, { before }: RefreshContext): void {
  if ((perm & (WRITE | WRITE_UNCHANGED)) === 0 || isWritable(node)) return;
  const now = before.nodes.get(node.name) ?? node;
  throw refuse(
    !isWritable(now)
      ? "Block node is read-only"
      : `Read-only block node '${node.name}' cannot support read-write users`,
  );
}

/** Whether a node can be written as it is (QEMU block.c, `bdrv_is_writable`). */
export function isWritable({ readOnly, inactive }: GraphNode): boolean {
  return !readOnly && !inactive;
}

/** Rule P5: without resizing, what is written must not go beyond the end. */
function checkAligned(node: GraphNode, { perm }: Masks, { drivers }: RefreshContext): void {
  const writes = (perm & (WRITE | WRITE_UNCHANGED)) !== 0 && (perm & RESIZE) === 0;
  if (!writes || node.length === null) return;
  const alignment = shapeOf(node.driver, drivers).alignment?.(node.options) ?? 1;
  if (node.length % alignment === 0) return;
  throw refuse(
    "Cannot get 'write' permission without 'resize': Image size is not a multiple of request " +
      "alignment",
  );
}

/**
 * Rule P2: what the driver of a node asks of a child, if the edge's parent is a node. A child with
 * `force-share` leaves everything to others.
 */
export function childMasks(
  graph: Graph,
  edge: Edge,
  demands: Masks,
  used: boolean,
  context: Pick<RefreshContext, "drivers" | "profile" | "opening"> & { readonly before?: Graph },
): Masks {
  const { drivers, profile, opening, before } = context;
  const node = edge.parent.kind === "node" ? graph.nodes.get(edge.parent.name) : undefined;
  if (node === undefined) return edge;
  const masks = shapeOf(node.driver, drivers).permissions({
    node: node.name,
    edge: edge.name,
    roles: edge.roles,
    demands,
    options: node.options,
    readOnly: !isWritable(node),
    inactive: (before?.nodes.get(node.name) ?? node).inactive,
    used,
    opening: opening === node.name,
    found: node.found,
    profile,
  });
  const shares = graph.nodes.get(edge.child)?.options["force-share"] === true;
  return shares ? { ...masks, shared: ALL_PERMISSIONS } : masks;
}
