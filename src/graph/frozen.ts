/**
 * Frozen links: nobody may take apart a chain that somebody relies on (QEMU block.c,
 * `bdrv_freeze_backing_chain`).
 *
 * A copy-on-read filter with a `bottom` freezes everything from itself down to there. Which links
 * are frozen follows from who is in the graph, so nothing needs to be stored.
 */
import type { DriverCatalogue } from "./catalogue.ts";
import type { Edge, Graph } from "./graph.ts";
import { Topology } from "./topology.ts";

/**
 * The links from a node down to another one, through filters and backing files; and whether that
 * way leads there at all.
 */
export function chainBetween(
  graph: Graph,
  from: string,
  to: string,
  drivers: DriverCatalogue,
): { readonly edges: readonly Edge[]; readonly arrives: boolean } {
  const topology = new Topology(graph);
  const edges: Edge[] = [];
  for (let name = from; name !== to; ) {
    const filter = drivers.get(graph.nodes.get(name)?.driver ?? "")?.filter === true;
    const next = topology
      .children(name)
      .find(({ roles }) => roles.includes("cow") || (filter && roles.includes("filtered")));
    if (next === undefined) return { edges, arrives: false };
    edges.push(next);
    name = next.child;
  }
  return { edges, arrives: true };
}

/** Whether a link is frozen. @param except a node whose own wishes do not count */
export function isFrozen(
  graph: Graph,
  edge: Edge,
  drivers: DriverCatalogue,
  except: string | null = null,
): boolean {
  return [...graph.nodes.values()].some(({ name, options: { bottom } }) => {
    if (name === except || typeof bottom !== "string") return false;
    return chainBetween(graph, name, bottom, drivers).edges.some(
      (frozen) => frozen.name === edge.name && frozen.parent.name === edge.parent.name,
    );
  });
}
