/**
 * Queries: `query-named-block-nodes`, `query-jobs`, `query-block-jobs`, and
 * `x-debug-query-block-graph`, which shows all edges with their masks (QEMU block.c,
 * `bdrv_get_xdbg_block_graph`).
 *
 * Ids are valid in one reply only, and given as QEMU gives them: to users, jobs and nodes in the
 * order in which they came, and to who is below at the first edge that leads there. Exports are
 * block backends without a name. What images are is told where there are any (src/serve), and how
 * far jobs are. Of the bitmaps that QEMU's hooks keep for themselves there is none here.
 */

import { z } from "zod";
import { defineCommand } from "./command.ts";
import { isBusy } from "./dirty-bitmap.ts";
import { BACKUP, nodes, sent } from "./example.ts";
import {
  childEdges,
  type Edge,
  type Graph,
  type GraphNode,
  isBackend,
  type JsonObject,
  type Parent,
  sameParent,
} from "./graph.ts";
import { mirrors } from "./job.ts";
import { infoOf, jobsOf } from "./job-state.ts";
import { permissionNames } from "./permission.ts";
import type { Profile } from "./profile.ts";

const TYPES = {
  ...{ node: "block-driver", device: "block-backend" },
  ...{ export: "block-backend", job: "block-job", backend: "block-backend" },
} as const;

export const queryBlockGraph = defineCommand({
  name: "x-debug-query-block-graph",
  summary: "Shows all nodes, users and edges, with permissions.",
  schema: z.strictObject({}),
  example: [...nodes("disk"), sent("x-debug-query-block-graph")],
  apply: (graph) => graph,
  answer(graph) {
    const ids = new Map<string, number>();
    const idOf = ({ kind, name }: Parent): number => {
      const key = `${kind} ${name}`;
      const id = ids.get(key) ?? ids.size + 1;
      ids.set(key, id);
      return id;
    };
    const nodes: JsonObject[] = [];
    const edges: JsonObject[] = [];
    for (const user of usersOf(graph)) {
      nodes.push({ id: idOf(user), type: TYPES[user.kind], name: nameOf(graph, user) });
      const held = childEdges(graph, user).reverse();
      edges.push(...held.map((edge) => edgeOf(edge, idOf)));
    }
    // QEMU puts each in front of those before.
    return { nodes: nodes.reverse(), edges: edges.reverse() };
  },
});

export const queryJobs = defineCommand({
  name: "query-jobs",
  summary: "Lists all jobs and their states.",
  schema: z.strictObject({}),
  example: [...BACKUP, sent("query-jobs")],
  apply: (graph) => graph,
  answer: (graph) => jobsOf(graph).map((job) => ({ ...job })),
});

export const queryBlockJobs = defineCommand({
  name: "query-block-jobs",
  summary: "Lists all jobs, their states, and how they are to end.",
  schema: z.strictObject({}),
  example: [...BACKUP, sent("query-block-jobs")],
  apply: (graph) => graph,
  answer: (graph) => blockJobsOf(graph),
});

/** All jobs, the newest first, with what is certain about each whatever it has done by now. */
export function blockJobsOf(graph: Graph): JsonObject[] {
  return [...graph.jobs.values()].reverse().map((job) => {
    const { id: device, speed, finalization, dismissal } = job;
    const { id: _, ...info } = infoOf(graph, job);
    return {
      ...{ device, ...info, speed },
      // A mirror that is through has its disk stand still, and itself with it, until it ends.
      paused: job.paused || (info.status === "pending" && mirrors(graph, job)),
      ready: info.status === "ready" || info.status === "standby",
      "auto-finalize": finalization === "automatic",
      "auto-dismiss": dismissal === "automatic",
    };
  });
}

/** Whoever can hold an edge: block backends, jobs, nodes. */
function usersOf({ nodes, edges, jobs, backends }: Graph): Parent[] {
  const roots = edges.filter(isBackend);
  return [
    ...backends.filter((backend) => roots.some(({ parent }) => sameParent(parent, backend))),
    ...[...jobs.keys()].map((name) => ({ kind: "job", name }) as const),
    ...[...nodes.keys()].map((name) => ({ kind: "node", name }) as const),
  ];
}

function edgeOf(
  { parent, child, name, perm, shared }: Edge,
  idOf: (user: Parent) => number,
): JsonObject {
  return {
    parent: idOf(parent),
    child: idOf({ kind: "node", name: child }),
    name,
    perm: permissionNames(perm).reverse(),
    "shared-perm": permissionNames(shared).reverse(),
  };
}

function nameOf(graph: Graph, { kind, name }: Parent): string {
  if (kind === "export" || kind === "backend") return "";
  return kind === "device" ? (graph.devices.get(name)?.path ?? name) : name;
}

export const queryNamedBlockNodes = defineCommand({
  name: "query-named-block-nodes",
  summary: "Lists the nodes that have names.",
  schema: z.strictObject({
    flat: z
      .boolean()
      .optional()
      .meta({ description: "whether backing files are left out of each; they always are" }),
  }),
  example: [...nodes("disk"), sent("query-named-block-nodes", { flat: true })],
  apply: (graph) => graph,
  answer: (graph, profile) => namedBlockNodes(graph, profile, null),
});

/** How many of its bits a bitmap has set. */
type BitCount = (node: string, bitmap: string) => number;

/** @param bits null: nobody knows what bitmaps have recorded */
export function namedBlockNodes(
  graph: Graph,
  profile: Profile,
  bits: BitCount | null,
): JsonObject[] {
  return [...graph.nodes.values()].reverse().map((node) => told(node, graph, profile, bits));
}

function told(
  { name, driver, readOnly, inactive, bitmaps }: GraphNode,
  graph: Graph,
  { inactiveNodes }: Profile,
  bits: BitCount | null,
): JsonObject {
  return {
    "node-name": name,
    drv: driver,
    ro: readOnly,
    ...(inactiveNodes !== "none" && { active: !inactive }),
    ...(bitmaps.size > 0 && {
      "dirty-bitmaps": [...bitmaps].reverse().map(([bitmap, told]) => ({
        name: bitmap,
        granularity: told.granularity,
        recording: told.enabled,
        busy: isBusy(graph, name, bitmap),
        persistent: told.persistent,
        ...(told.inconsistent && { inconsistent: true }),
        ...(bits !== null && { count: bits(name, bitmap) * told.granularity }),
      })),
    }),
  };
}
