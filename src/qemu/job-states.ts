/**
 * The states of all jobs beside those of a QEMU.
 *
 * A command is answered before a job has done what it says, and a job that copies does so in its
 * own time. So the daemon is asked until it says what we do, or too long.
 */
import { setTimeout } from "node:timers/promises";
import { z } from "zod";
import type { Graph } from "../graph/graph.ts";
import { jobsOf } from "../graph/job-state.ts";
import type { QemuDaemon } from "./daemon.ts";

const jobsSchema = z.array(z.object({ id: z.string(), type: z.string(), status: z.string() }));

/** ms between two questions */
const PAUSE = 5;
/** questions after which jobs count as different */
const QUESTIONS_MAX = 400;

/** How the jobs of a daemon differ from ours; null: they do not. */
export async function jobsDiffer(
  daemon: QemuDaemon,
  graph: Graph,
): Promise<{ readonly ours: string; readonly theirs: string } | null> {
  // What was left drained for ever keeps jobs paused that nobody has paused (`reopenedTwice`).
  if ([...graph.nodes.values()].some(({ found }) => found.drained === true)) return null;
  const ours = textOf(jobsOf(graph));
  for (let question = 1; ; question++) {
    const reply = await daemon.command({ execute: "query-jobs", arguments: {} });
    if ("silence" in reply) return { ours, theirs: `QEMU ended, and said: ${reply.said}` };
    const theirs = textOf(jobsSchema.parse(reply.return));
    if (theirs === ours) return null;
    if (question === QUESTIONS_MAX) return { ours, theirs };
    await setTimeout(PAUSE);
  }
}

function textOf(jobs: readonly { id: string; type: string; status: string }[]): string {
  const texts = jobs.map(({ id, type, status }) => `${type} job '${id}' is ${status}`);
  return texts.sort().join(", ");
}
