/**
 * Making a node read-only or writable on the way to something else, with the nodes that it defined
 * inline (QEMU block.c, `bdrv_reopen_set_read_only`).
 */
import type { CommandContext } from "./command.ts";
import type { Graph, GraphNode } from "./graph.ts";
import { refreshPermissions } from "./refresh.ts";
import { refuse } from "./refuse.ts";
import { requireNothingReset, requireReopens, withInlineChildren } from "./reopened.ts";

/** @throws BlockgraphError `graph-refused` if a driver cannot, or permissions are against it */
export function setReadOnly(
  before: Graph,
  node: GraphNode,
  readOnly: boolean,
  context: CommandContext,
): Graph {
  const options = { ...node.options, "read-only": readOnly };
  const own = { readOnly, inactive: false };
  const queue = withInlineChildren(before, node, options, own, context, new Map());
  for (const each of queue) requireReopens(each.node, each.shape);
  for (const each of queue) requireNothingReset(each.node, each.shape, each.given);
  // It is kept in another form than it is compared in: nobody can reopen such a node.
  if (queue.some((each) => each.node.options["force-share"] !== undefined)) {
    throw refuse("Cannot change the option 'force-share'");
  }
  const nodes = new Map(before.nodes);
  for (const each of queue) nodes.set(each.node.name, { ...each.node, readOnly: each.readOnly });
  // The node was told so itself, and does not follow who defined it any more.
  nodes.set(node.name, { ...node, options, readOnly });
  return refreshPermissions(
    { ...before, nodes },
    queue.map((each) => each.node.name),
    { ...context, before },
  );
}
