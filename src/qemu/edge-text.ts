/**
 * Edges as QEMU and we can both write them: `cbw --file[RW/RU]--> active`.
 *
 * Before the slash stands what the parent requires, after it what it shares: R consistent read, W
 * write, U write unchanged, S resize. QEMU's debug graph does not tell exports and devices apart by
 * name, so every user is `bb`, and every node that was named automatically is `#`.
 */
import { z } from "zod";
import type { Graph, Parent } from "../graph/graph.ts";
import { masksText, permissionNames } from "../graph/permission.ts";

/** What `x-debug-query-block-graph` returns. */
const blockGraphSchema = z.object({
  nodes: z.array(z.object({ id: z.number(), type: z.string(), name: z.string() })),
  edges: z.array(
    z.object({
      parent: z.number(),
      child: z.number(),
      name: z.string(),
      perm: z.array(z.string()),
      "shared-perm": z.array(z.string()),
    }),
  ),
});

/** One edge. @param user the parent's name as QEMU or a recording gives it */
export function edgeText(
  user: string,
  name: string,
  perm: readonly string[],
  shared: readonly string[],
  child: string,
): string {
  return `${plain(user)} --${name}${masksText(perm, shared)}--> ${plain(child)}`;
}

/** The edges of our graph, sorted. */
export function edgesOf(graph: Graph): string[] {
  return graph.edges
    .map(({ parent, name, perm, shared, child }) =>
      edgeText(userOf(parent), name, permissionNames(perm), permissionNames(shared), child),
    )
    .sort();
}

/** The edges that a QEMU told of, sorted. */
export function edgesOfReply(reply: unknown): string[] {
  const { nodes, edges } = blockGraphSchema.parse(reply);
  const names = new Map(
    nodes.map(({ id, type, name }) => [id, type === "block-driver" ? name : userName(type, name)]),
  );
  return edges
    .map(({ parent, child, name, perm, "shared-perm": shared }) =>
      edgeText(names.get(parent) ?? "?", name, perm, shared, names.get(child) ?? "?"),
    )
    .sort();
}

function userOf({ kind, name }: Parent): string {
  if (kind === "node") return name;
  return kind === "job" ? userName("block-job", name) : "bb";
}

function userName(type: string, name: string): string {
  return type === "block-job" ? `job:${name}` : "bb";
}

function plain(name: string): string {
  if (name.startsWith("#")) return "#";
  return /^bb#/.test(name) ? "bb" : name;
}
