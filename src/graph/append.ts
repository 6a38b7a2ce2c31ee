/**
 * Putting a node above another one, under all who use that (QEMU block.c, `bdrv_append`): what an
 * overlay does, and what the filters of mirrors and commits do.
 */
import { requireAttachable } from "./attachable.ts";
import type { CommandContext } from "./command.ts";
import { attach } from "./edges.ts";
import type { Edge, Graph } from "./graph.ts";
import { Refusal } from "./refuse.ts";
import { replaceNode } from "./replace-node.ts";
import { shapeOf } from "./shape-of.ts";

/**
 * Rewires; permissions are refreshed by whoever asks.
 * @param edge from the node that goes above to the other one
 * @throws Refusal where the profile's QEMU hangs, which comes before all else
 * @throws BlockgraphError `graph-refused` if the edge cannot be, or one that would move is frozen
 */
export function append(before: Graph, edge: Edge, context: CommandContext): Graph {
  requireAnswers(before, edge, context);
  requireAttachable(before, edge, { ...context, before });
  return replaceNode(attach(before, edge), edge.child, edge.parent.name, context);
}

function requireAnswers(graph: Graph, { child }: Edge, { drivers, profile }: CommandContext): void {
  const driver = graph.nodes.get(child)?.driver ?? "";
  if (profile.appendAboveAsker === "allowed" || shapeOf(driver, drivers).asksBelow !== true) return;
  throw new Refusal(
    `QEMU 10.0 hangs when a node is put above '${child}' (${driver}), because that is asked for ` +
      "its limits, and waits for the graph that is being changed; put it below instead",
    null,
    "hang",
  );
}
