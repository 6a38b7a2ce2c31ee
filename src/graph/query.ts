/**
 * Queries: `query-named-block-nodes`, and `x-debug-query-block-graph`, which shows all edges with
 * their masks (QEMU block.c, `bdrv_get_xdbg_block_graph`).
 *
 * Ids are valid in one reply only. Exports are block backends without a name.
 */
import { z } from "zod";
import { defineCommand } from "./command.ts";
import { backendsOf, type Graph, type JsonObject, type Parent } from "./graph.ts";
import { permissionNames } from "./permission.ts";

const TYPES = {
  ...{ node: "block-driver", device: "block-backend" },
  ...{ export: "block-backend", job: "block-job", backend: "block-backend" },
} as const;

export const queryBlockGraph = defineCommand({
  name: "x-debug-query-block-graph",
  summary: "Shows all nodes, users and edges, with permissions.",
  schema: z.strictObject({}),
  apply: (graph) => graph,
  answer(graph) {
    const users: Parent[] = [
      ...[...graph.nodes.keys()].map((name) => ({ kind: "node", name }) as const),
      ...[...graph.devices.keys()].map((name) => ({ kind: "device", name }) as const),
      ...[...graph.exports.keys()].map((name) => ({ kind: "export", name }) as const),
      ...[...graph.jobs.keys()].map((name) => ({ kind: "job", name }) as const),
      ...backendsOf(graph),
    ];
    const key = ({ kind, name }: Parent) => `${kind} ${name}`;
    const ids = new Map(users.map((user, index) => [key(user), index + 1]));
    return {
      nodes: users.map((user) => ({
        id: ids.get(key(user)) ?? 0,
        type: TYPES[user.kind],
        name: nameOf(graph, user),
      })),
      edges: graph.edges.map(({ parent, child, name, perm, shared }) => ({
        parent: ids.get(key(parent)) ?? 0,
        child: ids.get(key({ kind: "node", name: child })) ?? 0,
        name,
        perm: permissionNames(perm),
        "shared-perm": permissionNames(shared),
      })),
    };
  },
});

function nameOf(graph: Graph, { kind, name }: Parent): string {
  if (kind === "export" || kind === "backend") return "";
  return kind === "device" ? (graph.devices.get(name)?.path ?? name) : name;
}

export const queryNamedBlockNodes = defineCommand({
  name: "query-named-block-nodes",
  summary: "Lists the nodes that have names.",
  schema: z.strictObject({ flat: z.boolean().optional() }),
  apply: (graph) => graph,
  answer: (graph) =>
    [...graph.nodes.values()].reverse().map(
      ({ name, driver, readOnly, bitmaps }): JsonObject => ({
        "node-name": name,
        drv: driver,
        ro: readOnly,
        ...(bitmaps.size > 0 && {
          "dirty-bitmaps": [...bitmaps].map(([bitmap, { granularity, enabled }]) => ({
            name: bitmap,
            granularity,
            recording: enabled,
          })),
        }),
      }),
    ),
});
