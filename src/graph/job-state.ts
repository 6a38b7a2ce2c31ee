/**
 * The states that a job can be in, and which verbs it accepts in each (QEMU job.c, `JobVerbTable`;
 * reference, section 3.5).
 *
 *     running   pause  |  paused    resume         it copies, or its filter works
 *     ready     pause  |  standby   resume         it copies what is written, until it is completed
 *     pending   finalize                           its work is done, and has no effect yet
 *     concluded dismiss                            it has ended, and holds its id for this
 *
 * Limits: the graph does not know how far a job is. One that copies and is to be finalized counts
 * as pending from the beginning, and a mirror as ready: whoever sends a command must have seen to
 * that. Where somebody plays the jobs who knows better, only whether one has ended is judged. Other
 * states (created, waiting, aborting, null) nobody can see from outside.
 */
import type { CommandContext } from "./command.ts";
import type { BlockJob, Graph } from "./graph.ts";
import { mirrors } from "./job.ts";
import { refuse } from "./refuse.ts";

export type JobState = "running" | "paused" | "ready" | "standby" | "pending" | "concluded";

const WORKING: readonly JobState[] = ["running", "paused", "ready", "standby"];

/** In which states a verb is accepted. */
const VERBS = {
  pause: WORKING,
  resume: WORKING,
  "set-speed": WORKING,
  change: WORKING,
  complete: ["ready", "standby"],
  finalize: ["pending"],
  cancel: [...WORKING, "pending"],
  dismiss: ["concluded"],
} as const satisfies Record<string, readonly JobState[]>;

export type JobVerb = keyof typeof VERBS;

/** The state of a job that has done what it does by itself. */
export function stateOf(graph: Graph, job: BlockJob): JobState {
  if (job.concluded) return "concluded";
  const endless = mirrors(graph, job);
  if (job.paused) return endless ? "standby" : "paused";
  const isDone = endless ? job.asked !== null : job.copies !== "nothing";
  if (isDone && job.finalization === "awaited") return "pending";
  return endless ? "ready" : "running";
}

/** What is told of a job. */
export type JobInfo = Pick<BlockJob, "id" | "type" | "error"> & { readonly status: JobState };

/** All jobs, as `query-jobs` lists them: the newest first. */
export function jobsOf(graph: Graph): JobInfo[] {
  return [...graph.jobs.values()].reverse().map((job) => infoOf(graph, job));
}

export function infoOf(graph: Graph, job: BlockJob): JobInfo {
  const { id, type, error } = job;
  return { id, type, status: stateOf(graph, job), ...(error !== undefined && { error }) };
}

/** @throws BlockgraphError `graph-refused` */
export function requireAccepted(id: string, state: string, verb: JobVerb): void {
  const accepted: readonly string[] = VERBS[verb];
  if (accepted.includes(state)) return;
  throw refuse(`Job '${id}' in state '${state}' cannot accept command verb '${verb}'`);
}

/**
 * Judges whether a job in the graph accepts a verb.
 * @throws BlockgraphError `graph-refused`
 */
export function requireListening(
  graph: Graph,
  job: BlockJob,
  verb: JobVerb,
  { jobsArePlayed = false }: CommandContext,
): void {
  if (!jobsArePlayed || job.concluded) requireAccepted(job.id, stateOf(graph, job), verb);
}
