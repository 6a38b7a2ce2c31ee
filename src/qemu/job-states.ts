/**
 * All jobs beside those of a QEMU: their states, and what else is certain about them.
 *
 * A command is answered before a job has done what it says, and a job that copies does so in its
 * own time. So the daemon is asked until it says what we do, or too long.
 */
import { setTimeout } from "node:timers/promises";
import { z } from "zod";
import type { Graph } from "../graph/graph.ts";
import { blockJobsOf } from "../graph/query.ts";
import type { QemuDaemon } from "./daemon.ts";

const jobSchema = z.object({
  ...{ device: z.string(), type: z.string(), status: z.string(), error: z.string().optional() },
  ...{ speed: z.int(), paused: z.boolean(), ready: z.boolean() },
  ...{ "auto-finalize": z.boolean(), "auto-dismiss": z.boolean() },
});
const jobsSchema = z.array(jobSchema);

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
  const ours = textOf(jobsSchema.parse(blockJobsOf(graph)));
  for (let question = 1; ; question++) {
    const reply = await daemon.command({ execute: "query-block-jobs", arguments: {} });
    if ("silence" in reply) return { ours, theirs: `QEMU ended, and said: ${reply.said}` };
    const theirs = textOf(jobsSchema.parse(reply.return));
    if (theirs === ours) return null;
    if (question === QUESTIONS_MAX) return { ours, theirs };
    await setTimeout(PAUSE);
  }
}

/** In order: the newest first. */
function textOf(jobs: readonly z.infer<typeof jobSchema>[]): string {
  const texts = jobs.map(({ device, type, status, error, ...more }) => {
    const facts = Object.entries(more)
      .sort()
      .map(([name, value]) => `${name}=${value}`);
    const end = error === undefined ? "" : ` (${error})`;
    return `${type} job '${device}' is ${status}${end}, ${facts.join(" ")}`;
  });
  return texts.join("; ");
}
