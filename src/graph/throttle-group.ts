/**
 * `object-add` and `object-del` of throttle groups, which `throttle` nodes belong to (QEMU
 * block/throttle-groups.c). Other objects are refused.
 */

import { z } from "zod";
import { WELL_FORMED } from "./blockdev-add.ts";
import { defineCommand } from "./command.ts";
import { sent } from "./example.ts";
import type { GraphNode } from "./graph.ts";
import { refuse } from "./refuse.ts";

/** Limits pass no time here: that they have the right names and types is all that counts. */
function limits(prefix: string): Readonly<Record<string, z.ZodOptional<z.ZodInt>>> {
  const names = ["iops", "bps"].flatMap((unit) =>
    ["total", "read", "write"].flatMap((what) =>
      ["", "-max", "-max-length"].map((kind) => `${unit}-${what}${kind}`),
    ),
  );
  return Object.fromEntries(
    [...names, "iops-size"].map((name) => [
      `${prefix}${name}`,
      z.int().optional().meta({ description: "a limit; no time passes here" }),
    ]),
  );
}

const GROUP = sent("object-add", {
  ...{ "qom-type": "throttle-group", id: "group", limits: { "iops-total": 100 } },
});

export const objectAdd = defineCommand({
  name: "object-add",
  summary: "Makes a throttle group.",
  schema: z.strictObject({
    "qom-type": z.literal("throttle-group").meta({ description: "kind of object" }),
    id: z.string().regex(WELL_FORMED, "an identifier").meta({ description: "id of the group" }),
    limits: z
      .strictObject(limits(""))
      .optional()
      .meta({ description: "requests and bytes a second" }),
    ...limits("x-"),
  }),
  example: [GROUP],
  apply(graph, { id }) {
    requireNewObject(id, graph.throttleGroups);
    return { ...graph, throttleGroups: new Set(graph.throttleGroups).add(id) };
  },
});

export const objectDel = defineCommand({
  name: "object-del",
  summary: "Removes a throttle group that no node belongs to.",
  schema: z.strictObject({ id: z.string().meta({ description: "id of the group" }) }),
  example: [GROUP, sent("object-del", { id: "group" })],
  apply(graph, { id }) {
    if (!graph.throttleGroups.has(id)) throw refuse(`object '${id}' not found`);
    if ([...graph.nodes.values()].some((node) => groupOf(node) === id)) {
      throw refuse(`object '${id}' is in use, can not be deleted`);
    }
    const throttleGroups = new Set(graph.throttleGroups);
    throttleGroups.delete(id);
    return { ...graph, throttleGroups };
  },
});

/**
 * @param known ids of objects that there are
 * @throws BlockgraphError `graph-refused` if it is one of them (qom/object.c)
 */
export function requireNewObject(id: string, known: { has(id: string): boolean }): void {
  if (!known.has(id)) return;
  throw refuse(`attempt to add duplicate property '${id}' to object (type 'container')`);
}

/** The throttle group that a node belongs to, if its driver has such an option. */
export function groupOf({ options }: GraphNode): string | null {
  const group = options["throttle-group"];
  return typeof group === "string" ? group : null;
}
