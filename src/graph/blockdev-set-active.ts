/**
 * `blockdev-set-active`: activates a node, or all, or hands them over (QEMU block.c, since 10.0;
 * hand-over.ts).
 *
 * All nodes means: those that devices, exports and jobs do I/O on, in the order in which these
 * came, of several on one node the one that was attached last; and then those of the monitor. QEMU
 * 10.0 begins with those of the monitor behind the last of the others, and so forgets some
 * (block/block-backend.c, `bdrv_next` and `bdrv_first_blk`; seen in 10.0).
 */

import { z } from "zod";
import { type CommandContext, defineCommand } from "./command.ts";
import { nodes, sent } from "./example.ts";
import { find } from "./find-node.ts";
import { type Edge, type Graph, isBackend, parentEdges, sameParent } from "./graph.ts";
import { activated, hasActiveParent, inactivated } from "./hand-over.ts";
import type { Profile } from "./profile.ts";
import { prefixed, refuse } from "./refuse.ts";

export const blockdevSetActive = defineCommand({
  name: "blockdev-set-active",
  summary: "Activates a node, or all, or leaves them to another process.",
  schema: z.strictObject({
    "node-name": z.string().optional().meta({ description: "name of the node; absent: all nodes" }),
    active: z.boolean().meta({ description: "whether it is to be active" }),
  }),
  example: [...nodes("disk"), sent("blockdev-set-active", { "node-name": "disk", active: false })],
  apply(graph, { "node-name": name, active }, context) {
    if (name !== undefined) {
      find(graph, name, `Failed to find node with node-name='${name}'`);
      return active ? activated(graph, [name], context) : inactivatedAlone(graph, name, context);
    }
    const all = everyRoot(graph, context.profile);
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
export function inactivatedAlone(graph: Graph, name: string, context: CommandContext): Graph {
  if (hasActiveParent(graph, name)) throw refuse("Node has active parent node");
  return prefixed("Failed to inactivate node: ", () => inactivated(graph, [name], context));
}

const isFirstOfChild = ({ child }: Edge, index: number, all: readonly Edge[]): boolean =>
  all.findIndex((edge) => edge.child === child) === index;

function everyRoot({ edges, nodes, backends }: Graph, { allNodes }: Profile): string[] {
  const newest = edges.filter(isBackend).filter(isFirstOfChild);
  const used = backends.flatMap((backend) =>
    newest.filter(({ parent }) => sameParent(parent, backend)).map(({ child }) => child),
  );
  const owned = [...nodes.values()].filter((node) => node.monitorOwned).map(({ name }) => name);
  const last = used.at(-1);
  const forgets = allNodes === "behind-last-root" && last !== undefined;
  const from = forgets ? owned.indexOf(last) : 0;
  const rest = from === -1 ? [] : owned.slice(from).filter((name) => !used.includes(name));
  return [...used, ...rest];
}
