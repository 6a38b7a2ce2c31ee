/**
 * `x-blockdev-change`: adds a child to a node's list, or removes one (QEMU blockdev.c,
 * `qmp_x_blockdev_change`; block.c, `bdrv_add_child`). Only quorum has such a list: a design that
 * wants to insert a filter this way learns that it cannot.
 *
 * A child that is added must not have another parent. It gets the next number; a number is given
 * again only if the child that had it was the last, and went first.
 */

import { z } from "zod";
import { requireAttachable } from "./attachable.ts";
import { type CommandContext, defineCommand } from "./command.ts";
import { attach, release } from "./edges.ts";
import { nodes, opened, sent } from "./example.ts";
import { find, findDeviceOrNode } from "./find-node.ts";
import { childEdges, type Graph, type GraphNode, parentEdges, withNode } from "./graph.ts";
import { NO_DEMANDS } from "./permission.ts";
import { refreshPermissions } from "./refresh.ts";
import { refuse } from "./refuse.ts";
import { shapeOf } from "./shape-of.ts";

export const xBlockdevChange = defineCommand({
  name: "x-blockdev-change",
  summary: "Adds or removes a child, of drivers that can do so.",
  schema: z.strictObject({
    parent: z.string().meta({ description: "a node that has a list of children" }),
    child: z
      .string()
      .optional()
      .meta({ description: "the child that is removed, by the name of its edge" }),
    node: z.string().optional().meta({ description: "the node that becomes another child" }),
  }),
  example: [
    ...nodes("a", "b", "c"),
    opened("quorum", "quorum", { children: ["a", "b"], "vote-threshold": 1 }),
    sent("x-blockdev-change", { parent: "quorum", node: "c" }),
  ],
  apply(graph, { parent: name, child, node }, context) {
    const parent = findDeviceOrNode(graph, name);
    if (child !== undefined && node !== undefined) {
      throw refuse("The parameters child and node are in conflict");
    }
    if (child !== undefined) return removed(graph, parent, child, context);
    if (node === undefined) throw refuse("Either child or node must be specified");
    return added(graph, parent, find(graph, node, `Node '${node}' not found`), context);
  },
});

function added(before: Graph, parent: GraphNode, child: GraphNode, context: CommandContext): Graph {
  const { children, listChanges } = shapeOf(parent.driver, context.drivers);
  const slot = children.find(({ list }) => list === true);
  if (listChanges === undefined || slot === undefined) {
    throw refuse(`The node ${parent.name} does not support adding a child`);
  }
  if (parentEdges(before, child.name).length > 0) {
    throw refuse(`The node ${child.name} already has a parent`);
  }
  const refusal = listChanges.adding(parent.options);
  if (refusal !== null) throw refuse(refusal);
  const name = `${slot.name}.${parent.nextChild}`;
  const edge = {
    parent: { kind: "node", name: parent.name },
    ...{ child: child.name, name, roles: slot.roles, ...NO_DEMANDS },
  } as const;
  requireAttachable(before, edge, { ...context, before });
  const rewired = numbered(attach(before, edge), parent, parent.nextChild + 1);
  return refreshPermissions(rewired, [parent.name], { ...context, before });
}

function removed(before: Graph, parent: GraphNode, child: string, context: CommandContext): Graph {
  const edges = childEdges(before, { kind: "node", name: parent.name });
  const edge = edges.find(({ name }) => name === child);
  if (edge === undefined) throw refuse(`Node '${parent.name}' does not have child '${child}'`);
  const { listChanges } = shapeOf(parent.driver, context.drivers);
  if (listChanges === undefined) {
    throw refuse(`The node ${parent.name} does not support removing a child`);
  }
  const refusal = listChanges.removing(parent.options, edges.length);
  if (refusal !== null) throw refuse(refusal);
  const last = child.endsWith(`.${parent.nextChild - 1}`);
  const next = last ? parent.nextChild - 1 : parent.nextChild;
  return release(numbered(before, parent, next), edge, context);
}

/** The number that the next child gets. */
function numbered(graph: Graph, parent: GraphNode, nextChild: number): Graph {
  return withNode(graph, { ...parent, nextChild });
}
