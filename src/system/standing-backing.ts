/**
 * Whether a backing file stands still: nobody may write it, or anything below it, except through
 * nodes that are themselves below.
 *
 * A format that changes its own metadata is below; a guest, an export or a job that may write there
 * is not, and neither is a hook that saves to it. `write-unchanged` changes nothing that is shown,
 * and neither must a commit when it writes the base of the chain; if it does, that is judged.
 */
import { childEdges, type Graph } from "../graph/graph.ts";
import { backendsOfJob } from "../graph/job.ts";
import { WRITE } from "../graph/permission.ts";

/** @param node the one whose backing file is meant; without one nothing can change */
export function backingStands(graph: Graph, node: string): boolean {
  const below = new Set<string>();
  const add = (name: string) => {
    if (below.has(name)) return;
    below.add(name);
    for (const { child } of childEdges(graph, { kind: "node", name })) add(child);
  };
  const own = childEdges(graph, { kind: "node", name: node });
  for (const { roles, child } of own) if (roles.includes("cow")) add(child);
  const commits = [...graph.jobs.values()].filter(({ type }) => type === "commit");
  const committing = new Set(
    commits.flatMap((job) => backendsOfJob(graph, job).map(({ name }) => name)),
  );
  return graph.edges.every(({ child, parent, perm }) => {
    const within = parent.kind === "node" && below.has(parent.name);
    return within || committing.has(parent.name) || !below.has(child) || (perm & WRITE) === 0;
  });
}
