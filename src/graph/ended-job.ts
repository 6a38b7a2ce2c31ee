/**
 * How a job leaves the graph: what it held it lets go, its filter goes, and what it made writable is
 * read-only again (QEMU block/backup.c, commit.c, mirror.c, stream.c: `clean`).
 */
import type { CommandContext } from "./command.ts";
import { closeNode, closeUnused, releaseAll } from "./edges.ts";
import { type BlockJob, filteredEdge, type Graph, parentEdges } from "./graph.ts";
import { backendsOfJob } from "./job.ts";
import { withoutFilter } from "./job-filter.ts";
import { setReadOnly } from "./read-only.ts";
import { Refusal, unlessRefused } from "./refuse.ts";

/** The graph without a job. @throws Refusal where the profile's QEMU aborts */
export function endedJob(before: Graph, job: BlockJob, context: CommandContext): Graph {
  const jobs = new Map(before.jobs);
  jobs.delete(job.id);
  const idle = backendsOfJob(before, job).reduce<Graph>(
    (rest, parent) => releaseAll(rest, parent, context),
    { ...before, jobs },
  );
  const held = { kind: "job", name: job.id } as const;
  const first = job.type === "commit" ? releaseAll(idle, held, context) : idle;
  const dropped = withoutFilter(first, job.filter, context);
  const released = releaseAll(dropped, held, context);
  const closed = released.nodes.has(job.filter)
    ? closeNode(released, job.filter, context)
    : released;
  // The filter may have been the last to use the node that it was put above.
  const below = filteredEdge(before, job.filter)?.child;
  const left = below === undefined ? closed : closeUnused(closed, below, context);
  return restored(left, job.madeWritable, context);
}

/** What is left of a job that has ended: nothing, or its id until it is dismissed. */
export function concluded(graph: Graph, { id, type, dismissal }: BlockJob): Graph {
  if (dismissal === "automatic") return graph;
  return { ...graph, concluded: new Map(graph.concluded).set(id, type) };
}

/**
 * A job that has begun can end.
 * @throws Refusal where the profile's QEMU aborts
 */
export function requireNoHook(graph: Graph, filter: string, { profile }: CommandContext): void {
  if (profile.hookOnLeavingFilter === "allowed") return;
  // A hook that is older than the filter has its bitmap on the node that the filter was put above.
  const opened = [...graph.nodes.keys()];
  const hook = parentEdges(graph, filter).find(
    ({ name, parent }) =>
      name === "file" &&
      graph.nodes.get(parent.name)?.driver === "copy-before-write" &&
      opened.indexOf(parent.name) > opened.indexOf(filter),
  );
  if (hook === undefined) return;
  throw new Refusal(
    `QEMU 7.2 aborts when '${filter}' is taken away below '${hook.parent.name}', which keeps a ` +
      "bitmap on it; delete the hook above first",
    null,
    "abort",
  );
}

/** What cannot be read-only again, because somebody writes it now, stays as it is. */
export function restored(
  graph: Graph,
  madeWritable: string | null,
  context: CommandContext,
): Graph {
  const node = madeWritable === null ? undefined : graph.nodes.get(madeWritable);
  if (node === undefined) return graph;
  return unlessRefused(graph, () => setReadOnly(graph, node, true, context));
}
