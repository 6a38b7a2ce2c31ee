/**
 * `x-blockdev-change`: adds a child to a node, or removes one (QEMU blockdev.c). Only quorum can do
 * that in QEMU, and there is no quorum here: a design that wants to insert a filter this way learns
 * that it cannot.
 */
import { z } from "zod";
import { defineCommand } from "./command.ts";
import { find, findDeviceOrNode } from "./find-node.ts";
import { childEdges } from "./graph.ts";
import { refuse } from "./refuse.ts";

export const xBlockdevChange = defineCommand({
  name: "x-blockdev-change",
  summary: "Adds or removes a child, of drivers that can do so.",
  schema: z.strictObject({
    parent: z.string(),
    child: z.string().optional(),
    node: z.string().optional(),
  }),
  apply(graph, { parent, child, node }) {
    const { name } = findDeviceOrNode(graph, parent);
    if (child !== undefined && node !== undefined) {
      throw refuse("The parameters child and node are in conflict");
    }
    if (child !== undefined) {
      const edges = childEdges(graph, { kind: "node", name });
      if (!edges.some((edge) => edge.name === child)) {
        throw refuse(`Node '${name}' does not have child '${child}'`);
      }
      throw refuse(`The node ${name} does not support removing a child`);
    }
    if (node === undefined) throw refuse("Either child or node must be specified");
    find(graph, node, `Node '${node}' not found`);
    throw refuse(`The node ${name} does not support adding a child`);
  },
});
