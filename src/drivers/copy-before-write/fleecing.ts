/**
 * Whether a hook saves to a node that shows, through backing files and filters, the very disk that
 * the hook stands over (QEMU block/block-copy.c, `block_copy_state_new`, `is_fleecing`).
 *
 * Then whoever reads the target may be reading the disk, and what the hook writes to the target
 * must not overtake such a read: its writes serialise. QEMU looks once, when the hook is opened; a
 * backing file that is connected later is not noticed (defect M3).
 */
import type { DriverCatalogue } from "../../graph/catalogue.ts";
import { Chains } from "../../graph/chain.ts";
import { childEdges, type Graph } from "../../graph/graph.ts";

export function isFleecing(graph: Graph, hook: string, drivers: DriverCatalogue): boolean {
  const edges = childEdges(graph, { kind: "node", name: hook });
  const [source, target] = ["file", "target"].map((name) =>
    edges.find((edge) => edge.name === name),
  );
  if (source === undefined || target === undefined) return false;
  return new Chains(graph, drivers).contains(target.child, source.child);
}
