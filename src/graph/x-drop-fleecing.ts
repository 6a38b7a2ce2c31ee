/**
 * `x-drop-fleecing`: takes the fleecing hook of 2018 out of the graph and closes it ("new qmp
 * command to remove filter" in the thread, which does not name it).
 */

import { z } from "zod";
import { defineCommand } from "./command.ts";
import { dropFilter } from "./drop-filter.ts";
import { closeNode } from "./edges.ts";
import { nodes, opened, sent } from "./example.ts";
import { find } from "./find-node.ts";
import { refuse } from "./refuse.ts";

export const xDropFleecing = defineCommand({
  name: "x-drop-fleecing",
  summary: "Takes the fleecing hook of 2018 away; its users use the disk again.",
  schema: z.strictObject({ "node-name": z.string().meta({ description: "name of the hook" }) }),
  example: [
    ...nodes("disk", "cache"),
    opened("fleecing-hook", "hook", { file: "cache", "append-to": "disk" }),
    sent("x-drop-fleecing", { "node-name": "hook" }),
  ],
  apply(before, { "node-name": name }, context) {
    const node = find(before, name, `Failed to find node with node-name='${name}'`);
    if (node.driver !== "fleecing-hook") throw refuse(`Node '${name}' is not a fleecing hook`);
    return closeNode(dropFilter(before, name, context), name, context);
  },
});
