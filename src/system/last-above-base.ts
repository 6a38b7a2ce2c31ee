/**
 * The last files of the chains that jobs work on: what is behind them is the base of a stream, of a
 * commit or of a mirror, or below the `bottom` of a copy-on-read filter, and stays as it is.
 */
import { DRIVERS } from "../drivers/registry.ts";
import { Chains } from "../graph/chain.ts";
import type { Graph } from "../graph/graph.ts";

export function lastAboveBase(graph: Graph): ReadonlySet<string> {
  const chains = new Chains(graph, DRIVERS);
  const last = new Set<string>();
  for (const { name, driver, options } of graph.nodes.values()) {
    const bottom = options.bottom ?? options.base;
    if (typeof bottom !== "string") continue;
    // Filters of commits and mirrors say where the base is, others which file is the last above it.
    const commits = DRIVERS.get(driver)?.internal === true;
    const found = commits ? chains.overlayOf(name, bottom) : bottom;
    if (found !== undefined) last.add(found);
  }
  return last;
}
