/**
 * `blockdev-snapshot`: puts an overlay above a node, under all who use the node (QEMU blockdev.c,
 * `external_snapshot_action`; block.c, `bdrv_append`). From then on writes go to the overlay, and
 * the node becomes read-only if it can. An overlay above an inactive node is inactivated.
 */

import { z } from "zod";
import { append } from "./append.ts";
import { inactivatedAlone } from "./blockdev-set-active.ts";
import { type CommandContext, defineCommand } from "./command.ts";
import { layer, nodes, sent } from "./example.ts";
import { findDeviceOrNode } from "./find-node.ts";
import { flushed } from "./flush.ts";
import { type Graph, type GraphNode, parentEdges } from "./graph.ts";
import { requireUnblocked } from "./op-blocker.ts";
import { CONSISTENT_READ, cumulative, NO_DEMANDS } from "./permission.ts";
import { setReadOnly } from "./read-only.ts";
import { refreshPermissions } from "./refresh.ts";
import { orElse, refuse, unlessRefused } from "./refuse.ts";
import { orMovedBack } from "./replace-node.ts";
import { Topology } from "./topology.ts";

export const blockdevSnapshot = defineCommand({
  name: "blockdev-snapshot",
  summary: "Puts an overlay above a node, under all who use the node.",
  schema: z.strictObject({
    node: z.string().meta({ description: "the node that is covered" }),
    overlay: z
      .string()
      .meta({ description: "the node that covers it; it has no backing file and no user" }),
  }),
  example: [
    ...nodes("disk"),
    layer("overlay", null),
    sent("blockdev-snapshot", { node: "disk", overlay: "overlay" }),
  ],
  apply(given, args, context) {
    const node = findDeviceOrNode(given, args.node);
    requireUnblocked(given, node.name);
    const before = node.readOnly ? given : flushed(given, node.name, context.drivers);
    const put = () => overlaid(before, node, args.overlay, context);
    return before === given ? put() : orElse(before, put);
  },
});

function overlaid(
  before: Graph,
  node: GraphNode,
  overlayName: string,
  context: CommandContext,
): Graph {
  const overlay = findDeviceOrNode(before, overlayName);
  const shape = context.drivers.get(overlay.driver);
  const slot = shape?.children.find(({ roles }) => roles.includes("cow"));
  const topology = Topology.of(before);
  if ((cumulative(parentEdges(before, overlay.name)).perm & CONSISTENT_READ) !== 0) {
    throw refuse("The overlay is already in use");
  }
  if (shape?.filter === true) throw refuse("Filters cannot be used as overlays");
  if (topology.children(overlay.name).some(({ roles }) => roles.includes("cow"))) {
    throw refuse("The overlay already has a backing image");
  }
  if (slot === undefined) throw refuse("The overlay does not support backing images");
  const edge = {
    parent: { kind: "node", name: overlay.name },
    ...{ child: node.name, name: slot.name, roles: slot.roles, ...NO_DEMANDS },
  } as const;
  const asleep =
    node.inactive && !overlay.inactive ? inactivatedAlone(before, overlay.name, context) : before;
  return orElse(asleep, () => {
    const rewired = append(asleep, edge, context);
    const refresh = { ...context, before: asleep };
    const judge = () => refreshPermissions(rewired, [overlay.name], refresh);
    const after = orMovedBack(asleep, rewired, judge);
    return madeReadOnly(after, node, context);
  });
}

/** The node below is reopened read-only; if that cannot be, it stays as it is. */
function madeReadOnly(before: Graph, node: GraphNode, context: CommandContext): Graph {
  return unlessRefused(before, () => setReadOnly(before, node, true, context));
}
