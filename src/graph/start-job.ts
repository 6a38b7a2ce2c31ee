/**
 * The start of a job, all of it or nothing: if a node refuses to be held, what was held is let go,
 * and the filter leaves the graph again, as when the job is cancelled (QEMU job.c,
 * `job_early_fail`).
 */

import type { CommandContext } from "./command.ts";
import { endedJob } from "./ended-job.ts";
import type { BlockJob, Graph } from "./graph.ts";
import { JobEdges } from "./job.ts";
import { takingBack, undoing } from "./refuse.ts";

/**
 * @param judge looks at the filter before there is a job
 * @param filtered the graph with the job's filter
 * @param before the graph before the command
 * @throws Refusal with the graph that is left
 */
export function started(
  filtered: Graph,
  job: BlockJob,
  before: Graph,
  context: CommandContext,
  hold: (edges: JobEdges) => void,
  judge: () => void = () => {},
): Graph {
  let reached = filtered;
  // As long as there is no job, its id may be that of another one, which goes on.
  let ended: BlockJob = { ...job, id: "" };
  return takingBack(before, () =>
    undoing(
      () => endedJob(reached, ended, context),
      () => {
        judge();
        const edges = new JobEdges(filtered, job, before, context);
        ended = job;
        try {
          hold(edges);
        } finally {
          reached = edges.graph;
        }
        return edges.graph;
      },
    ),
  );
}
