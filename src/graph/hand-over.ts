/**
 * Handing nodes over: inactivating and activating them, which is how one process leaves a disk to
 * another (reference, section 1.6; QEMU block.c, `bdrv_inactivate_recurse` and `bdrv_activate`).
 *
 * An inactive node is written by nobody here, and leaves its files to others. Nodes are inactivated
 * parents first: a node whose users cannot be suspended, or are to write it still, stays active.
 * They are activated children first, and then get their users back, the newest first.
 *
 * QEMU goes as far as it comes: what it did before something was refused stays done. So a guest's
 * disk can have lost its permissions although its node is active still, and a hook can be inactive
 * although its target is not. Where the profile says so, nothing is left of what was refused.
 *
 * Limits: who takes a disk over is another process, of which nothing is known here. So a graph with
 * inactive nodes can be judged, but not be simulated.
 */
import type { CommandContext } from "./command.ts";
import {
  type Edge,
  type Graph,
  type GraphNode,
  isBackend,
  parentEdges,
  withNode,
} from "./graph.ts";
import { ALL_PERMISSIONS, cumulative, WRITE, WRITE_UNCHANGED } from "./permission.ts";
import { refreshPermissions } from "./refresh.ts";
import { isRefusal, leaving, Refusal, refuse } from "./refuse.ts";
import { canBeSuspended, suspended } from "./suspended.ts";
import { Topology } from "./topology.ts";

/**
 * Nodes that are used from now on, one after the other, with everything below them.
 * @throws Refusal with what is left
 */
export function activated(before: Graph, nodes: readonly string[], context: CommandContext): Graph {
  return handedOver(before, context, (step) => {
    for (const node of nodes) step.activate(node);
  });
}

/**
 * Nodes that are left to somebody else, one after the other, with everything below them that no
 * active node uses.
 * @throws Refusal with what is left
 */
export function inactivated(
  before: Graph,
  nodes: readonly string[],
  context: CommandContext,
): Graph {
  return handedOver(before, context, (step) => {
    for (const node of nodes) step.inactivate(node, true);
  });
}

function handedOver(
  before: Graph,
  context: CommandContext,
  action: (handOver: HandOver) => void,
): Graph {
  const handOver = new HandOver(before, context);
  try {
    action(handOver);
    return handOver.graph;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    throw leaving(error, context.profile.failedHandOver === "stays" ? handOver.graph : null);
  }
}

/** Whether an active node rests on a node. */
export function hasActiveParent(graph: Graph, name: string): boolean {
  return parentEdges(graph, name).some(
    ({ parent }) => parent.kind === "node" && graph.nodes.get(parent.name)?.inactive === false,
  );
}

/** A hand-over in progress: the graph as far as it has come. */
class HandOver {
  readonly #context: CommandContext;
  graph: Graph;

  constructor(graph: Graph, context: CommandContext) {
    this.graph = graph;
    this.#context = context;
  }

  activate(name: string): void {
    for (const { child } of Topology.of(this.graph).children(name)) this.activate(child);
    if (this.graph.nodes.get(name)?.inactive === true) {
      const awake = this.#with(name, { inactive: false });
      this.graph = this.#refreshed(awake, name);
    }
    for (const edge of parentEdges(this.graph, name)) {
      try {
        this.#resume(edge);
      } catch (error) {
        // Its node is inactive then, also if it was not before.
        this.graph = this.#with(name, { inactive: true });
        throw error;
      }
    }
  }

  /**
   * A user asks again for what it asked before: first sharing everything, then as little as it
   * always did (block/block-backend.c, `blk_root_activate`).
   */
  #resume(edge: Edge): void {
    const { suspended: wanted, ...own } = edge;
    if (wanted === undefined) return;
    const first: Edge = { ...edge, perm: wanted.perm, shared: ALL_PERMISSIONS };
    this.#replace(edge, first);
    this.#replace(first, { ...own, ...wanted });
  }

  /** @param first whether somebody named it, or came to it from above */
  inactivate(name: string, first: boolean): void {
    const node = this.graph.nodes.get(name);
    if (node === undefined || hasActiveParent(this.graph, name)) return;
    if (node.inactive) {
      if (!first) this.#requireOnce(name);
      return;
    }
    for (const edge of parentEdges(this.graph, name)) {
      if (!isBackend(edge) || edge.suspended !== undefined) continue;
      if (!canBeSuspended(this.graph, edge)) throw refuse("Operation not permitted");
      this.#replace(edge, suspended(edge));
    }
    const { perm } = cumulative(parentEdges(this.graph, name));
    if ((perm & (WRITE | WRITE_UNCHANGED)) !== 0) throw refuse("Operation not permitted");
    this.graph = this.#with(name, { inactive: true });
    this.graph = this.#refreshed(this.graph, name);
    for (const { child } of Topology.of(this.graph).children(name)) this.inactivate(child, false);
  }

  /** @throws Refusal where the profile's QEMU aborts */
  #requireOnce(name: string): void {
    if (this.#context.profile.inactivatedTwice === "allowed") return;
    throw new Refusal(
      `QEMU 10.0 aborts when it comes to '${name}' from above and finds it inactive already; ` +
        "activate it first, or use it once",
      null,
      "abort",
    );
  }

  #replace(edge: Edge, by: Edge): void {
    const edges = this.graph.edges.map((each) => (each === edge ? by : each));
    this.graph = this.#refreshed({ ...this.graph, edges }, edge.child);
  }

  #refreshed(graph: Graph, name: string): Graph {
    return refreshPermissions(graph, [name], { ...this.#context, before: graph });
  }

  #with(name: string, change: Pick<GraphNode, "inactive">): Graph {
    const node = this.graph.nodes.get(name);
    if (node === undefined) return this.graph;
    return withNode(this.graph, { ...node, ...change });
  }
}
