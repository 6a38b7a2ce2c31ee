/**
 * Where a permission on an edge comes from: upwards, from the edge to whoever began it.
 *
 * A driver's rule either hands on what the node's own parents demand, or adds something itself. To
 * tell which, the rule is asked again as if no parent had demanded it.
 */
import { type Edge, type Graph, isUser } from "./graph.ts";
import { ALL_PERMISSIONS, cumulative, type Permissions } from "./permission.ts";
import { childMasks, type RefreshContext } from "./refresh.ts";
import { Topology } from "./topology.ts";

/** One step: what an edge does, and why. */
export interface OriginStep {
  readonly edge: Edge;
  /**
   * `handed-on`: a parent of the node that holds the edge does the same, see the next step;
   * `rule`: the driver of the node adds it; `user`: somebody outside wants it so
   */
  readonly why: "handed-on" | "rule" | "user";
}

/**
 * The chain of edges that a permission was handed down by, from the given edge up.
 * @param bit one permission
 * @param which whether it is required, or not shared
 */
export function originOf(
  graph: Graph,
  edge: Edge,
  bit: Permissions,
  which: "requires" | "unshares",
  context: Pick<RefreshContext, "drivers" | "profile">,
): OriginStep[] {
  const topology = Topology.of(graph);
  const steps: OriginStep[] = [];
  for (let at = edge; ; ) {
    const node = at.parent.kind === "node" ? graph.nodes.get(at.parent.name) : undefined;
    if (node === undefined) {
      return [...steps, { edge: at, why: isUser(at.parent) ? "user" : "rule" }];
    }
    const parents = topology.parents(node.name);
    const { perm, shared } = cumulative(parents);
    const without =
      which === "requires" ? { perm: perm & ~bit, shared } : { perm, shared: shared | bit };
    const masks = childMasks(graph, at, without, parents.length > 0, context);
    const added = which === "requires" ? masks.perm & bit : ALL_PERMISSIONS & ~masks.shared & bit;
    const above = parents.find((parent) =>
      which === "requires" ? (parent.perm & bit) !== 0 : (parent.shared & bit) === 0,
    );
    if (added !== 0 || above === undefined) return [...steps, { edge: at, why: "rule" }];
    steps.push({ edge: at, why: "handed-on" });
    at = above;
  }
}
