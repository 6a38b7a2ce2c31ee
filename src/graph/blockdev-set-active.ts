/**
 * `blockdev-set-active`: activates a node, or all, or hands them over (QEMU block.c, since 10.0;
 * hand-over.ts).
 *
 * All nodes means: those that devices, exports and jobs do I/O on, in the order in which these
 * came, and then those of the monitor. Limit: a user that was moved counts as having come then.
 */
import { z } from "zod";
import { type CommandContext, defineCommand } from "./command.ts";
import { find } from "./find-node.ts";
import { type Graph, parentEdges } from "./graph.ts";
import { activated, hasActiveParent, inactivated } from "./hand-over.ts";
import { prefixed, refuse } from "./refuse.ts";

export const blockdevSetActive = defineCommand({
  name: "blockdev-set-active",
  summary: "Activates a node, or all, or leaves them to another process.",
  schema: z.strictObject({ "node-name": z.string().optional(), active: z.boolean() }),
  apply(graph, { "node-name": name, active }, context) {
    if (name !== undefined) {
      find(graph, name, `Failed to find node with node-name='${name}'`);
      return active ? activated(graph, [name], context) : left(graph, name, context);
    }
    const all = everyRoot(graph);
    if (active) return activated(graph, all, context);
    return prefixed("Failed to inactivate all nodes: ", () =>
      inactivated(
        graph,
        all.filter((root) =>
          parentEdges(graph, root).every(({ parent }) => parent.kind !== "node"),
        ),
        context,
      ),
    );
  },
});

/**
 * A node that is left to another process.
 * @throws Refusal with what is left of it
 */
export function left(graph: Graph, name: string, context: CommandContext): Graph {
  if (hasActiveParent(graph, name)) throw refuse("Node has active parent node");
  return prefixed("Failed to inactivate node: ", () => inactivated(graph, [name], context));
}

function everyRoot({ edges, nodes }: Graph): string[] {
  const used = edges
    .filter(({ parent: { kind } }) => kind !== "node" && kind !== "job")
    .map(({ child }) => child)
    .toReversed();
  const owned = [...nodes.values()].filter((node) => node.monitorOwned).map(({ name }) => name);
  return [...new Set([...used, ...owned])];
}
