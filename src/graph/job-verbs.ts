/**
 * What a job can be told, in both spellings that QEMU has: `block-job-pause` names the job as its
 * `device`, `job-pause` as its `id` (QEMU blockdev.c and job-qmp.c).
 *
 *     pause, resume   what it copies is waited for, and it asks for nothing more
 *     set-speed       all the same to the graph
 *     complete        a mirror ends, and whoever used the disk uses its target from now on; so does
 *                     a commit of the file that is written, whose target is its base
 *     finalize        a job whose work is done, and that waits for it, ends
 *     cancel          a job ends, and has no effect; a mirror that is ready has made its copy, and
 *                     ends well unless it is cancelled by force
 *     dismiss         a job that has ended, and holds its id for this, is forgotten
 *
 * One that is completed while it is paused ends when it is resumed. A job that stops on errors can
 * be resumed whenever: the graph does not know whether it has met one. It tells the job's charts.
 */

import { z } from "zod";
import { bitmapLeft } from "./backup-bitmap.ts";
import { type CommandContext, defineCommand, type GraphCommand } from "./command.ts";
import { dismissed, endedJob, requireNoHook, restOf } from "./ended-job.ts";
import { endedWell } from "./ended-well.ts";
import { BACKUP, DONE, MIRROR, sent } from "./example.ts";
import type { BlockJob, ErrorAction, Graph, JsonObject } from "./graph.ts";
import { hasLife } from "./job.ts";
import { requireSpeed } from "./job-options.ts";
import { type JobVerb, requireListening, stateOf } from "./job-state.ts";
import { lifeOf } from "./notice.ts";
import { int64 } from "./qapi-integer.ts";
import type { QmpCommand } from "./qmp-input.ts";
import { refuse } from "./refuse.ts";
import { telling } from "./telling.ts";

/** How a command names the job, and what it says of one that there is not. */
const AS_DEVICE = {
  schema: z
    .strictObject({ device: z.string().meta({ description: "id of the job" }) })
    .transform(({ device }) => ({ id: device })),
  missing: (id: string) => `Block job '${id}' not found`,
};
const AS_ID = {
  schema: z.strictObject({ id: z.string().meta({ description: "id of the job" }) }),
  missing: AS_DEVICE.missing,
};
const OF_ANY_KIND = { schema: AS_ID.schema, missing: () => "Job not found" };

type Spelling = Pick<typeof AS_ID, "missing">;
type Apply = (before: Graph, job: BlockJob, context: CommandContext) => Graph;

const pause: Apply = (before, job, context) => {
  requireListening(before, job, "pause", context);
  if (job.paused) throw refuse("Job is already paused");
  return withJob(before, { ...job, paused: true });
};

const resume: Apply = (before, job, context) => {
  const { source = "report", target = "report" } = job.onError ?? {};
  const stops = STOPS.has(source) || STOPS.has(target);
  const mayStand = job.paused || (stops && !job.concluded);
  if (!mayStand) throw refuse("Can't resume a job that was not paused");
  const resumed = { ...job, paused: false };
  const life = { node: lifeOf(job.id), event: "RESUME", only: null };
  const told = hasLife(job) ? telling(before, life) : before;
  return asAsked(withJob(told, resumed), resumed, context);
};

const complete: Apply = (before, job, context) => {
  requireListening(before, job, "complete", context);
  const asked: BlockJob = { ...job, asked: "complete" };
  return asAsked(withJob(before, asked), asked, context);
};

const finalize: Apply = (before, job, context) => {
  requireListening(before, job, "finalize", context);
  return ending(before, job, context);
};

const dismiss: Apply = (before, job, context) => {
  requireListening(before, job, "dismiss", context);
  return dismissed(before, job, context);
};

function cancel(before: Graph, job: BlockJob, force: boolean, context: CommandContext): Graph {
  if (job.paused && !force) {
    throw refuse(`The block job for device '${job.id}' is currently paused`);
  }
  requireListening(before, job, "cancel", context);
  if (stateOf(before, job) === "ready" && !force) {
    const asked: BlockJob = { ...job, asked: "cancel" };
    return asAsked(withJob(before, asked), asked, context);
  }
  const rest = restOf(job, job.type === "stream");
  if (rest !== "edges") requireNoHook(before, job.filter, context);
  const canceled = { ...job, error: "Operation canceled" };
  return endedJob(bitmapLeft(before, job, false), canceled, context, rest);
}

/** A job that was told to end does so, unless it is paused, or waits to be finalized. */
function asAsked(graph: Graph, job: BlockJob, context: CommandContext): Graph {
  const waits = job.asked === null || job.paused || job.finalization === "awaited";
  return waits ? graph : ending(graph, job, context);
}

/** A job whose work is done ends. */
function ending(before: Graph, job: BlockJob, context: CommandContext): Graph {
  const stays = job.type === "stream" && job.dismissal === "awaited";
  if (!stays) requireNoHook(before, job.filter, context);
  if (job.asked !== "cancel") return endedWell(before, job, context);
  return endedJob(before, job, context, restOf(job));
}

const STOPS: ReadonlySet<ErrorAction> = new Set(["stop", "enospc"]);

function find({ jobs }: Graph, id: string, { missing }: Spelling): BlockJob {
  const job = jobs.get(id);
  if (job === undefined) throw refuse(missing(id));
  return job;
}

function withJob(graph: Graph, job: BlockJob): Graph {
  return { ...graph, jobs: new Map(graph.jobs).set(job.id, job) };
}

/**
 * Both commands of a verb.
 * @param named how the block jobs' one names its job
 * @param begun what an example begins with: a job `job` that can be told it
 */
function commandsOf(
  verb: JobVerb,
  summary: string,
  named: typeof AS_DEVICE | typeof AS_ID,
  begun: readonly QmpCommand[],
  apply: Apply,
): GraphCommand[] {
  const command = (name: string, { schema, missing }: typeof named, id: JsonObject) =>
    defineCommand({
      ...{ name, summary, schema, example: [...begun, sent(name, id)] },
      apply(before, { id }, context) {
        return apply(before, find(before, id, { missing }), context);
      },
    });
  return [
    command(`block-job-${verb}`, named, named === AS_DEVICE ? { device: "job" } : { id: "job" }),
    command(`job-${verb}`, OF_ANY_KIND, { id: "job" }),
  ];
}

const PAUSED = [...BACKUP, sent("job-pause", { id: "job" })];
const ENDED = [...DONE, sent("job-finalize", { id: "job" })];

/** All commands that tell a job something. */
export const JOB_VERBS: readonly GraphCommand[] = [
  ...commandsOf("pause", "Has a job stand still until it is resumed.", AS_DEVICE, BACKUP, pause),
  ...commandsOf("resume", "Has a job go on that stands still.", AS_DEVICE, PAUSED, resume),
  ...commandsOf(
    "complete",
    "Ends a mirror: who used the disk uses its target.",
    AS_DEVICE,
    MIRROR,
    complete,
  ),
  ...commandsOf(
    "finalize",
    "Ends a job whose work is done, and which waits.",
    AS_ID,
    DONE,
    finalize,
  ),
  ...commandsOf("dismiss", "Forgets a job that has ended.", AS_ID, ENDED, dismiss),
  defineCommand({
    name: "block-job-cancel",
    summary: "Ends a job; its filter leaves the graph.",
    schema: z.strictObject({
      device: z.string().meta({ description: "id of the job" }),
      force: z
        .boolean()
        .default(false)
        .meta({ description: "whether a mirror that is ready ends without having made its copy" }),
    }),
    example: [...BACKUP, sent("block-job-cancel", { device: "job" })],
    apply: (before, { device, force }, context) =>
      cancel(before, find(before, device, AS_DEVICE), force, context),
  }),
  defineCommand({
    name: "job-cancel",
    summary: "Ends a job, by force if there are two ways.",
    schema: OF_ANY_KIND.schema,
    example: [...BACKUP, sent("job-cancel", { id: "job" })],
    apply: (before, { id }, context) =>
      cancel(before, find(before, id, OF_ANY_KIND), true, context),
  }),
  defineCommand({
    name: "block-job-set-speed",
    summary: "Limits how many bytes a second a job copies.",
    schema: z.strictObject({
      device: z.string().meta({ description: "id of the job" }),
      speed: int64.meta({ description: "bytes a second; 0: as many as it can" }),
    }),
    example: [...BACKUP, sent("block-job-set-speed", { device: "job", speed: 65_536 })],
    apply(before, { device, speed }, context) {
      const job = find(before, device, AS_DEVICE);
      requireListening(before, job, "set-speed", context);
      requireSpeed(speed);
      return withJob(before, { ...job, speed });
    },
  }),
];
