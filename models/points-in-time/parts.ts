/**
 * What the models of several points in time have in common: hooks, views and readers with names.
 */
import type { QmpCommand } from "../../src/graph/commands.ts";
import type { JsonObject } from "../../src/graph/graph.ts";
import { type Actor, type Model, qmp } from "../../src/system/model.ts";

export const CLUSTER = 65536;

export const several = {
  bounds: { requests: 1, alignment: CLUSTER, longest: CLUSTER, values: 1 },
  clusterSize: CLUSTER,
  reachable: ["view-is-read"],
  expected: { verdict: "holds" },
} as const satisfies Partial<Model>;

/** @param file the node that the hook stands over */
export function hook(name: string, file: string, target: string): JsonObject {
  return { driver: "copy-before-write", "node-name": name, file, target };
}

/** @param file the hook that it is the view of */
export function view(name: string, file: string): JsonObject {
  return { driver: "snapshot-access", "node-name": name, file };
}

/** Lets a reader in. */
export function shownTo(id: string, node: string): QmpCommand {
  return qmp("block-export-add", { type: "nbd", id, name: id, "node-name": node });
}

export const leaves = (id: string): QmpCommand => qmp("block-export-del", { id });

/** Somebody who asks for clusters, any of them, through the device or export of that name. */
export function asks(who: string, operation: "read" | "write"): Actor {
  const choice = { operations: [operation], count: 4, alignment: CLUSTER, longest: CLUSTER };
  return { name: who, through: who, requests: choice };
}
