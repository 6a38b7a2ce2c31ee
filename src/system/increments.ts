/**
 * Bitmaps by which something is left out: a hook that keeps what a bitmap has recorded, a backup
 * that copies it. What is left out must be as it is in an earlier backup, so it must not have been
 * written since the bitmap began.
 */
import { bitmapOption } from "../drivers/bitmap-option.ts";
import type { BlockJob, Graph } from "../graph/graph.ts";
import { recorderOf } from "../graph/notice.ts";
import type { Execution } from "./execution.ts";
import { imageBelow, type Stretch } from "./image-window.ts";
import type { LiveNode } from "./live-node.ts";

/** The recorder of the bitmap by which a filter leaves something out; null: it does not. */
export function leavesOutBy({ jobs, nodes }: Graph, filter: string): string | null {
  const job = [...jobs.values()].find((each) => each.filter === filter);
  const bitmap = job?.bitmap ?? bitmapOption.parse(nodes.get(filter)?.options.bitmap);
  return bitmap === undefined ? null : recorderOf(bitmap.node, bitmap.name);
}

/** What a filter is asked, and what it replies of a cluster that it leaves out at the beginning. */
export const LEFT_OUT = { event: "CLAIM", reply: "ALREADY" } as const;

/** The clusters that a filter leaves out, before anybody has used it. */
export function leftOut(filter: LiveNode): number[] {
  return [...filter.clusters.keys()].filter(
    (cluster) => filter.replyTo(cluster, LEFT_OUT.event) === LEFT_OUT.reply,
  );
}

/** What somebody has to write for a bitmap to record it; null: not known. */
export function recordedStretch(execution: Execution, recorder: string): Stretch | null {
  const description = execution.nodes.get(recorder)?.description;
  const node = description?.records ?? null;
  if (description === undefined || node === null) return null;
  const window = imageBelow(execution.node(node).description);
  return window === null ? null : { ...window, length: description.length };
}

/** Bitmaps, by their recorders, with which a job has begun to work. */
export function lentTo(before: Graph, after: Graph): string[] {
  return [...after.jobs.values()].flatMap(({ id, bitmap }: BlockJob) =>
    bitmap === undefined || before.jobs.has(id) ? [] : [recorderOf(bitmap.node, bitmap.name)],
  );
}
