/**
 * Situations as texts: equal texts, equal but for the names of interchangeable nodes.
 *
 * No rule looks at a name, so a graph whose nodes change names behaves as before. Nodes are told
 * apart by what they are and by what is around them, seen ever further; then they are numbered in
 * that order. Two nodes that cannot be told apart so may be numbered either way: at worst one
 * situation is met twice. The order of edges is left out: it decides only which of two conflicts a
 * refusal names.
 */
import type { Edge, Graph, Parent } from "../../../graph/graph.ts";
import type { Situation } from "../../../system/surgery.ts";

/** How far around a node is looked. Nodes that differ only further away are numbered either way. */
const ROUNDS = 3;

export class SituationKeys {
  readonly #interchangeable: ReadonlySet<string>;
  /** texts that were met, by number */
  readonly #texts = new Map<string, number>();

  /** @param interchangeable names that no command of the alphabet prefers to each other */
  constructor(interchangeable: readonly string[]) {
    this.#interchangeable = new Set(interchangeable);
  }

  keyOf({ graph, denoted }: Situation): string {
    const numbers = this.#numbered(graph);
    const nameOf = (node: string) => numbers.get(node) ?? node;
    const parentOf = ({ kind, name }: Parent) =>
      kind === "node" ? nameOf(name) : `${kind} ${name}`;
    const { nodes, edges, devices, exports, jobs, locks } = graph;
    return JSON.stringify([
      [...nodes.values()].map((node) => [nameOf(node.name), this.#kindOf(graph, node.name)]).sort(),
      edges
        .map((edge) => [parentOf(edge.parent), nameOf(edge.child), labelOf(edge)].join(" "))
        .sort(),
      [...devices.keys()],
      [...exports.values()].map(({ id, writable }) => [id, writable]),
      [...jobs.values()].map((job) => [
        job.id,
        job.type,
        nameOf(job.filter),
        job.madeWritable,
        job.finalization,
        job.dismissal,
        job.paused,
        job.asked,
        job.concluded,
      ]),
      [...locks].map(([node, { perm, shared }]) => [nameOf(node), perm, shared].join(" ")).sort(),
      [...denoted].map(([user, { hook }]) => [user, nameOf(hook)]),
    ]);
  }

  /** Interchangeable nodes by number, in an order that their names have no part in. */
  #numbered(graph: Graph): Map<string, string> {
    let looks = new Map(
      [...graph.nodes.keys()].map((name) => [name, this.#text(this.#kindOf(graph, name))]),
    );
    for (let round = 0; round < ROUNDS; round++) {
      const around = new Map([...looks.keys()].map((name) => [name, [] as string[]]));
      for (const edge of graph.edges) {
        const { parent, child } = edge;
        const above =
          parent.kind === "node" ? looks.get(parent.name) : `${parent.kind} ${parent.name}`;
        around.get(child)?.push(`^${labelOf(edge)} ${above}`);
        if (parent.kind === "node")
          around.get(parent.name)?.push(`v${labelOf(edge)} ${looks.get(child)}`);
      }
      looks = new Map(
        [...looks].map(([name, look]) => {
          const seen = around.get(name)?.sort().join() ?? "";
          return [name, this.#text(`${look} ${seen}`)];
        }),
      );
    }
    const order = [...looks]
      .filter(([name]) => this.#interchangeable.has(name))
      .sort(([, one], [, other]) => one - other);
    return new Map(order.map(([name], index) => [name, `#${index}`]));
  }

  /** What a node is, by itself; its name only if that matters. */
  #kindOf({ nodes }: Graph, name: string): string {
    const node = nodes.get(name);
    if (node === undefined) return name;
    const { driver, options, readOnly, inactive, monitorOwned, found, bitmaps } = node;
    const own = this.#interchangeable.has(name) ? "" : name;
    return JSON.stringify([
      own,
      driver,
      options,
      readOnly,
      inactive,
      monitorOwned,
      found,
      [...bitmaps.keys()],
    ]);
  }

  #text(text: string): number {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    this.#texts.set(text, this.#texts.size);
    return this.#texts.size - 1;
  }
}

function labelOf({ name, perm, shared, suspended }: Edge): string {
  const waiting = suspended === undefined ? "" : ` ${suspended.perm} ${suspended.shared}`;
  return `${name} ${perm} ${shared}${waiting}`;
}
