/**
 * How a job leaves the graph: what it held it lets go, its filter goes, and what it made writable
 * is read-only again (QEMU block/backup.c, commit.c, mirror.c, stream.c: `clean`).
 */
import type { CommandContext } from "./command.ts";
import { closeNode, closeUnused, releaseAll } from "./edges.ts";
import { type BlockJob, filteredEdge, type Graph, parentEdges } from "./graph.ts";
import { backendsOfJob } from "./job.ts";
import { withoutFilter } from "./job-filter.ts";
import { setReadOnly } from "./read-only.ts";
import { Refusal, unlessRefused } from "./refuse.ts";

/**
 * What is left of a job until it is dismissed: its id, or also the edges that keep its nodes from
 * being used for other things, which no stream lets go before, and no commit that has succeeded.
 */
export type Rest = "nothing" | "id" | "edges";

/** @param holds whether such a job keeps its edges, if anything */
export function restOf({ dismissal }: BlockJob, holds = false): Rest {
  if (dismissal === "automatic") return "nothing";
  return holds ? "edges" : "id";
}

/** The graph without a job. @throws Refusal where the profile's QEMU aborts */
export function endedJob(
  before: Graph,
  job: BlockJob,
  context: CommandContext,
  rest: Rest = "nothing",
): Graph {
  const jobs = new Map(before.jobs);
  if (rest === "nothing") jobs.delete(job.id);
  else jobs.set(job.id, concluded(job, rest === "edges" ? hookAbove(before, job.filter) : null));
  const idle = backendsOfJob(before, job).reduce<Graph>(
    (rest, parent) => releaseAll(rest, parent, context),
    { ...before, jobs },
  );
  const held = { kind: "job", name: job.id } as const;
  const first = job.type === "commit" && rest !== "edges" ? releaseAll(idle, held, context) : idle;
  const dropped = withoutFilter(first, job.filter, context);
  if (rest === "edges") {
    return restored(closeUnused(dropped, job.filter, context), job.madeWritable, context);
  }
  const released = releaseAll(dropped, held, context);
  const closed = released.nodes.has(job.filter)
    ? closeNode(released, job.filter, context)
    : released;
  // The filter may have been the last to use the node that it was put above.
  const below = filteredEdge(before, job.filter)?.child;
  const left = below === undefined ? closed : closeUnused(closed, below, context);
  return restored(left, job.madeWritable, context);
}

function concluded({ bitmap: _, ...job }: BlockJob, hook: string | null): BlockJob {
  return { ...job, filter: "", copies: "nothing", paused: false, concluded: true, hook };
}

/**
 * A job that has ended is forgotten, and lets go what it still holds.
 * @throws Refusal where the profile's QEMU aborts
 */
export function dismissed(before: Graph, job: BlockJob, context: CommandContext): Graph {
  const { hook = null } = job;
  if (hook !== null && before.nodes.has(hook)) requireNoBitmap(job.id, hook, context);
  const jobs = new Map(before.jobs);
  jobs.delete(job.id);
  return releaseAll({ ...before, jobs }, { kind: "job", name: job.id }, context);
}

/**
 * A job that has begun can end, after which its filter is closed.
 * @throws Refusal where the profile's QEMU aborts
 */
export function requireNoHook(graph: Graph, filter: string, context: CommandContext): void {
  const hook = hookAbove(graph, filter);
  if (hook !== null) requireNoBitmap(filter, hook, context);
}

/**
 * The hook that keeps a bitmap on a filter. One that is older than the filter has its bitmap on the
 * node that the filter was put above.
 */
function hookAbove(graph: Graph, filter: string): string | null {
  const opened = [...graph.nodes.keys()];
  const hook = parentEdges(graph, filter).find(
    ({ name, parent }) =>
      name === "file" &&
      graph.nodes.get(parent.name)?.driver === "copy-before-write" &&
      opened.indexOf(parent.name) > opened.indexOf(filter),
  );
  return hook?.parent.name ?? null;
}

function requireNoBitmap(below: string, hook: string, { profile }: CommandContext): void {
  if (profile.hookOnLeavingFilter === "allowed") return;
  throw new Refusal(
    `QEMU 7.2 aborts when '${below}' is taken away below '${hook}', which keeps a bitmap on it; ` +
      "delete the hook above first",
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
