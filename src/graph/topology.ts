/**
 * Who uses whom: a graph's edges by either end, and what follows from their shape alone.
 *
 * Edges never change in place, so what was found out about a list of edges is kept as long as the
 * list is: several questions in a row are mostly about the same one.
 */
import type { Edge, Graph } from "./graph.ts";

const known = new WeakMap<Graph["edges"], Topology>();

/** The edges of one graph, found by the node they lead to or come from; newest first. */
export class Topology {
  readonly #above = new Map<string, Edge[]>();
  readonly #below = new Map<string, Edge[]>();

  static of({ edges }: Pick<Graph, "edges">): Topology {
    const before = known.get(edges);
    if (before !== undefined) return before;
    const topology = new Topology(edges);
    known.set(edges, topology);
    return topology;
  }

  private constructor(edges: Graph["edges"]) {
    for (const edge of edges) {
      put(this.#above, edge.child, edge);
      if (edge.parent.kind === "node") put(this.#below, edge.parent.name, edge);
    }
  }

  parents(node: string): readonly Edge[] {
    return this.#above.get(node) ?? [];
  }

  children(node: string): readonly Edge[] {
    return this.#below.get(node) ?? [];
  }

  /**
   * The nodes below some, and those themselves, parents before children, in the order in which QEMU
   * visits them (rule P7; block.c, `bdrv_topological_dfs`): what is finished later stands earlier.
   */
  order(roots: readonly string[]): string[] {
    const seen = new Set<string>();
    const finished: string[] = [];
    for (const root of roots) this.#finish(root, seen, finished);
    return finished.reverse();
  }

  /** With a stack of its own: chains may be longer than the machine's. */
  #finish(root: string, seen: Set<string>, finished: string[]): void {
    if (seen.has(root)) return;
    seen.add(root);
    const path = [{ node: root, next: 0 }];
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const edge = this.children(top.node)[top.next++];
      if (edge === undefined) {
        finished.push(top.node);
        path.pop();
      } else if (!seen.has(edge.child)) {
        seen.add(edge.child);
        path.push({ node: edge.child, next: 0 });
      }
    }
  }

  /** Whether a node is, or lies below, another (`bdrv_recurse_has_child`). */
  reaches(from: string, to: string): boolean {
    return this.order([from]).includes(to);
  }

  /** Whether a node lies below another by two ways: a diamond, or two edges side by side. */
  hasDiamond(root: string): boolean {
    const met = new Set<string>([root]);
    return this.order([root]).some((node) =>
      this.children(node).some(({ child }) => {
        if (met.has(child)) return true;
        met.add(child);
        return false;
      }),
    );
  }
}

function put(index: Map<string, Edge[]>, node: string, edge: Edge): void {
  const edges = index.get(node);
  if (edges === undefined) index.set(node, [edge]);
  else edges.push(edge);
}
