/**
 * `blockdev-del`: closes a node that nobody uses any more (QEMU blockdev.c, `qmp_blockdev_del`).
 *
 * Inline children that only the closed node used are closed with it.
 */

import { z } from "zod";
import { defineCommand } from "./command.ts";
import { closeNode } from "./edges.ts";
import { nodes, sent } from "./example.ts";
import { find } from "./find-node.ts";
import { parentEdges } from "./graph.ts";
import { requireUnblocked } from "./op-blocker.ts";
import { refuse } from "./refuse.ts";

export const blockdevDel = defineCommand({
  name: "blockdev-del",
  summary: "Closes a node that nothing uses.",
  schema: z.strictObject({ "node-name": z.string().meta({ description: "name of the node" }) }),
  example: [...nodes("disk"), sent("blockdev-del", { "node-name": "disk" })],
  apply(graph, args, context) {
    const name = args["node-name"];
    const node = find(graph, name, `Failed to find node with node-name='${name}'`);
    const parents = parentEdges(graph, name);
    if (parents.some(({ parent: { kind } }) => kind !== "node" && kind !== "job"))
      throw refuse(`Node ${name} is in use`);
    requireUnblocked(graph, name);
    if (!node.monitorOwned) throw refuse(`Node ${name} is not owned by the monitor`);
    if (parents.length > 0) throw refuse(`Block device ${name} is in use`);
    return closeNode(graph, name, context);
  },
});
