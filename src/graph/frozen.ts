/**
 * Frozen links: nobody may take apart a chain that somebody relies on (QEMU block.c,
 * `bdrv_freeze_backing_chain`).
 *
 * A copy-on-read filter with a `bottom` freezes everything from itself down to there, and so do the
 * filters of commits. Which links are frozen follows from who is in the graph, so nothing needs to
 * be stored.
 */
import type { DriverCatalogue } from "./catalogue.ts";
import { Chains } from "./chain.ts";
import type { Edge, Graph } from "./graph.ts";
import { refuse } from "./refuse.ts";

/** Whether a link is frozen. @param except a node whose own wishes do not count */
export function isFrozen(
  graph: Graph,
  edge: Edge,
  drivers: DriverCatalogue,
  except: string | null = null,
): boolean {
  const chains = new Chains(graph, drivers);
  return [...graph.nodes.values()].some(({ name, options: { bottom } }) => {
    if (name === except || typeof bottom !== "string") return false;
    return (chains.links(name, bottom) ?? []).some(
      (frozen) => frozen.name === edge.name && frozen.parent.name === edge.parent.name,
    );
  });
}

/**
 * Judges whether a node may freeze links.
 * @throws BlockgraphError `graph-refused` if another has frozen one, or one leads to a filter that
 *   its job must be able to take out
 */
export function requireFreezable(
  graph: Graph,
  links: readonly Edge[],
  drivers: DriverCatalogue,
  by: string,
): void {
  const frozen = links.find((edge) => isFrozen(graph, edge, drivers, by));
  if (frozen !== undefined) {
    const { name, parent, child } = frozen;
    throw refuse(`Cannot change '${name}' link from '${parent.name}' to '${child}'`);
  }
  const fixed = links.find(
    ({ child }) => drivers.get(graph.nodes.get(child)?.driver ?? "")?.internal === true,
  );
  if (fixed !== undefined) {
    throw refuse(`Cannot freeze '${fixed.name}' link to '${fixed.child}'`);
  }
}
