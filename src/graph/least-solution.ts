/**
 * Permissions as a declaration: the masks that the rules require of a whole graph, found without
 * regard to how the graph came about.
 *
 * Devices and exports hold what they hold. From there a node's demands follow from the edges above
 * it, and the edges below it from its demands. The graph has no cycles and every rule looks upwards
 * only, so there is exactly one solution; it is reached by starting with no demands at all and
 * applying the rules until nothing changes, which makes it the least one. The incremental algorithm
 * (refresh.ts) must give the same after every command that was accepted, and a graph is allowed if
 * and only if its solution has no conflict.
 */
import { type Conflict, firstConflict } from "./conflict.ts";
import { collision } from "./file-locks.ts";
import type { Edge, Graph, GraphNode } from "./graph.ts";
import { cumulative, NO_DEMANDS, WRITE, WRITE_UNCHANGED } from "./permission.ts";
import { childMasks, isWritable, type RefreshContext } from "./refresh.ts";

export interface Solution {
  readonly edges: readonly Edge[];
  readonly conflicts: readonly Conflict[];
  /** read-only or inactive nodes that somebody wants to write */
  readonly unwritable: readonly string[];
  /** nodes that do not get the locks of their file */
  readonly unlocked: readonly string[];
}

type Context = Pick<RefreshContext, "drivers" | "profile">;

/** Solves the rules for a graph whose devices and exports have their masks. */
export function leastSolution(graph: Graph, context: Context): Solution {
  let edges = graph.edges.map((edge) =>
    edge.parent.kind === "node" ? { ...edge, ...NO_DEMANDS } : edge,
  );
  for (let changed = true; changed; ) {
    const next = edges.map((edge) => ruled(graph, edges, edge, context));
    changed = next.some(
      ({ perm, shared }, index) => perm !== edges[index]?.perm || shared !== edges[index]?.shared,
    );
    edges = next;
  }
  const above = (node: string) => edges.filter(({ child }) => child === node);
  const nodes = [...graph.nodes.values()];
  return {
    edges,
    conflicts: nodes.flatMap(({ name }) => firstConflict(above(name)) ?? []),
    unwritable: nodes
      .filter((node) => !isWritable(node))
      .filter(({ name }) => (cumulative(above(name)).perm & (WRITE | WRITE_UNCHANGED)) !== 0)
      .map(({ name }) => name),
    unlocked: nodes.flatMap((node) => {
      const others = nodes.filter((other) => other !== node && sameFile(node, other, context));
      const demands = others.map(({ name }) => cumulative(above(name)));
      return collision(cumulative(above(node.name)), demands) === null ? [] : [node.name];
    }),
  };
}

function sameFile(one: GraphNode, other: GraphNode, { drivers }: Context): boolean {
  const [file, another] = [one, other].map(
    ({ driver, options }) => drivers.get(driver)?.lockedFile?.(options) ?? null,
  );
  return file !== null && file === another;
}

function ruled(graph: Graph, edges: readonly Edge[], edge: Edge, context: Context): Edge {
  if (edge.parent.kind !== "node") return edge;
  const parents = edges.filter(({ child }) => child === edge.parent.name);
  const masks = childMasks(graph, edge, cumulative(parents), parents.length > 0, context);
  return { ...edge, ...masks };
}
