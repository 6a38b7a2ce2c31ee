/**
 * Mirrors that run, and those that were completed: who used the disk uses its copy from then on. A
 * commit of the file that is written is one, into the base of its own chain.
 *
 * It is known by its effect: the job is gone, and somebody looks at what was its target.
 */
import type { Graph } from "../graph/graph.ts";
import { mirrors } from "../graph/job.ts";
import type { Execution } from "./execution.ts";
import { type ImageWindow, imageBelow } from "./image-window.ts";

export interface Mirror {
  readonly source: ImageWindow;
  readonly target: ImageWindow;
  /** bytes */
  readonly length: number;
}

/** Mirrors by the ids of their jobs, those of which both ends are images. */
export function mirrorsOf(graph: Graph, execution: Execution): Map<string, Mirror> {
  const running = new Map<string, Mirror>();
  for (const job of graph.jobs.values()) {
    const { id, filter } = job;
    if (!mirrors(graph, job)) continue;
    const { children, length, primary } = execution.node(filter).description;
    const [source, target] = [primary, children.get("target") ?? null].map((node) =>
      node === null ? null : imageBelow(node),
    );
    if (source && target) running.set(id, { source, target, length });
  }
  return running;
}

/**
 * Of the mirrors that ran before a command those that it completed.
 * @param used images of the disks that guests are on now
 */
export function completedMirrors(
  before: ReadonlyMap<string, Mirror>,
  graph: Graph,
  used: ReadonlySet<string>,
): Mirror[] {
  return [...before].flatMap(([id, mirror]) =>
    !graph.jobs.has(id) && used.has(mirror.target.image) ? [mirror] : [],
  );
}
