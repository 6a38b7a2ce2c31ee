/**
 * Chains: the way from a node down through filters and backing files, on which its data is found
 * (QEMU block.c, `bdrv_filter_or_cow_bs` and those around it).
 */
import type { DriverCatalogue } from "./catalogue.ts";
import type { Edge, Graph } from "./graph.ts";
import { Topology } from "./topology.ts";

/** The links of one graph that chains are made of. */
export class Chains {
  readonly #graph: Graph;
  readonly #drivers: DriverCatalogue;
  readonly #topology: Topology;

  constructor(graph: Graph, drivers: DriverCatalogue) {
    this.#graph = graph;
    this.#drivers = drivers;
    this.#topology = Topology.of(graph);
  }

  /** The link to what a filter filters, or to a backing file. */
  link(name: string): Edge | undefined {
    const filter = this.#isFilter(name);
    return this.#topology
      .children(name)
      .find(({ roles }) => roles.includes("cow") || (filter && roles.includes("filtered")));
  }

  /** The links from a node down to another; null: the way does not lead there. */
  links(from: string, to: string): Edge[] | null {
    const edges = this.linksToEnd(from);
    if (from === to) return [];
    const last = edges.findIndex(({ child }) => child === to);
    return last === -1 ? null : edges.slice(0, last + 1);
  }

  /** The links from a node as far as they lead. */
  linksToEnd(from: string): Edge[] {
    const edges: Edge[] = [];
    for (let edge = this.link(from); edge !== undefined; edge = this.link(edge.child)) {
      edges.push(edge);
    }
    return edges;
  }

  /** The nodes from one down, itself included. */
  nodes(from: string): string[] {
    return [from, ...this.linksToEnd(from).map(({ child }) => child)];
  }

  contains(from: string, name: string): boolean {
    return this.nodes(from).includes(name);
  }

  /** The node, or the first below it that is no filter (`bdrv_skip_filters`). */
  skipFilters(name: string): string {
    return this.nodes(name).find((each) => !this.#isFilter(each)) ?? name;
  }

  /**
   * The file whose backing file, without its filters, is that of a node; null: the last one's is.
   */
  overlayOf(from: string, base: string | null): string | undefined {
    const images = this.nodes(from).filter((each) => !this.#isFilter(each));
    if (base === null) return images.at(-1);
    const index = images.indexOf(this.skipFilters(base));
    return index < 1 ? undefined : images[index - 1];
  }

  #isFilter(name: string): boolean {
    return this.#drivers.get(this.#graph.nodes.get(name)?.driver ?? "")?.filter === true;
  }
}
