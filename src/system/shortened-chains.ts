/**
 * Chains that jobs make shorter, streams and commits: when such a job has ended, who looks at the
 * disk looks at fewer layers, which must show the same.
 *
 * It is known by its effect, as the end of a mirror is: the job is gone, and what somebody looks at
 * is shown by the same topmost layer, but not by the same others.
 */
import { clientsOf, type Graph } from "../graph/graph.ts";
import { mirrors } from "../graph/job.ts";
import { entryOf } from "./entry.ts";
import type { Execution } from "./execution.ts";
import type { Stretch } from "./image-window.ts";

/** A disk that somebody looks at while such a job runs. */
export interface LookedAt {
  readonly job: string;
  /** device or export */
  readonly through: string;
  readonly disk: Stretch;
}

/** What is looked at while a stream or a commit runs. */
export function lookedAt(graph: Graph, execution: Execution): LookedAt[] {
  const jobs = [...graph.jobs.values()].filter(
    (job) => job.copies === "missing" && !mirrors(graph, job),
  );
  if (jobs.length === 0) return [];
  const disks = disksOf(graph, execution);
  return jobs.flatMap(({ id: job }) =>
    [...disks].map(([through, disk]) => ({ job, through, disk })),
  );
}

/** Of what was looked at before a command the disks of which it took layers away, as they are. */
export function shortenedChains(
  before: readonly LookedAt[],
  graph: Graph,
  execution: Execution,
): Stretch[] {
  const ended = before.filter(({ job }) => graph.jobs.get(job)?.concluded !== false);
  if (ended.length === 0) return [];
  const disks = disksOf(graph, execution);
  const shortened = new Map<string, Stretch>();
  for (const { through, disk } of ended) {
    const now = disks.get(through);
    if (now === undefined || now.image !== disk.image || now.shift !== disk.shift) continue;
    if (JSON.stringify(now.overlay) !== JSON.stringify(disk.overlay)) shortened.set(now.image, now);
  }
  return [...shortened.values()];
}

function disksOf(graph: Graph, execution: Execution): Map<string, Stretch> {
  const disks = new Map<string, Stretch>();
  for (const client of clientsOf(graph)) {
    const entry = entryOf(client, graph, execution);
    if (entry.kind !== "guest") continue;
    const { image, shift, overlay } = entry;
    const { length } = execution.node(client.node).description;
    disks.set(client.name, { image, shift, overlay, length });
  }
  return disks;
}
