/**
 * `blockdev-replace`: puts one user of a node on another node. QEMU does not have it; it is
 * proposed upstream (v10 of January 2026; section 2.4 of the reference).
 *
 * Exactly one edge moves, the one that is named: inserting a filter is a list of these, in which
 * everybody can see who moves. Three checks are ours, where the proposal has none: a link that
 * somebody froze stays; no loop is closed; and whoever uses the node already need not move (QEMU
 * asserts that: defect R04).
 */

import { z } from "zod";
import { requireAttachable } from "./attachable.ts";
import { defineCommand } from "./command.ts";
import { attach, closeUnused, detach } from "./edges.ts";
import { exported, nodes, opened, sent } from "./example.ts";
import { find } from "./find-node.ts";
import { isFrozen } from "./frozen.ts";
import { childEdges, type Edge, type Graph, type Parent } from "./graph.ts";
import { refreshPermissions } from "./refresh.ts";
import { refuse } from "./refuse.ts";

export const blockdevReplace = defineCommand({
  name: "blockdev-replace",
  summary: "Puts one user of a node on another node (proposed).",
  schema: z.strictObject({
    parent: z.string().meta({ description: "a node, an export's id, or a device's id" }),
    child: z.string().default("root").meta({ description: "its edge: `file`, `backing`, `root`" }),
    "new-child": z.string().meta({ description: "the node that it uses from now on" }),
  }),
  example: [
    ...nodes("disk", "target"),
    exported("guest", "disk", true),
    opened("copy-before-write", "hook", { file: "disk", target: "target" }),
    sent("blockdev-replace", { parent: "guest", "new-child": "hook" }),
  ],
  apply(before, args, context) {
    const child = args["new-child"];
    const edge = edgeOf(before, args.parent, args.child);
    find(before, child, `Node '${child}' not found`);
    const { name, parent } = edge;
    if (edge.child === child) {
      throw refuse(`Node '${child}' is the '${name}' child of '${parent.name}' already`);
    }
    if (isFrozen(before, edge, context.drivers)) {
      throw refuse(`Cannot change frozen '${name}' link from '${parent.name}' to '${edge.child}'`);
    }
    const others = detach(before, edge);
    const to = { ...edge, child };
    if (parent.kind === "node") requireAttachable(others, to, { ...context, before });
    const moved = attach(others, to);
    const graph = refreshPermissions(moved, [edge.child, child], { ...context, before });
    return closeUnused(graph, edge.child, context);
  },
});

function edgeOf(graph: Graph, name: string, edge: string): Edge {
  const parents: Parent[] = [
    ...(graph.nodes.has(name) ? [{ kind: "node", name } as const] : []),
    ...(graph.devices.has(name) ? [{ kind: "device", name } as const] : []),
    ...(graph.exports.has(name) ? [{ kind: "export", name } as const] : []),
  ];
  const [parent, other] = parents;
  if (parent === undefined) throw refuse(`There is no node, device or export '${name}'`);
  if (other !== undefined) {
    throw refuse(`Parent name '${name}' is ambiguous: it is a ${parent.kind} and a ${other.kind}`);
  }
  const found = childEdges(graph, parent).find((each) => each.name === edge);
  if (found !== undefined) return found;
  if (parent.kind === "device") throw refuse(`Device '${name}' is empty, nothing to replace`);
  throw refuse(`Block driver node '${name}' doesn't have child named '${edge}'`);
}
