/**
 * Commands about jobs, as a storage daemon answers them: the graph judges them, and whoever copies
 * for the jobs (job-runner.ts) knows what the graph does not: how far they are.
 */
import { isJsonObject, type JsonObject, type JsonValue } from "../graph/graph.ts";
import { ON_ERROR } from "../graph/job-options.ts";
import { type JobVerb, requireAccepted } from "../graph/job-state.ts";
import { CreateJobs } from "./create-jobs.ts";
import type { Begun, JobRunner } from "./job-runner.ts";
import type { LiveGraph } from "./live-graph.ts";
import type { LiveJob } from "./live-job.ts";
import type { QmpResult } from "./qmp-connection.ts";
import { resultOf } from "./qmp-result.ts";

export interface JobCommandsOptions {
  readonly live: LiveGraph;
  readonly jobs: JobRunner;
  event(name: string, data: JsonObject): void;
}

/** Commands by which jobs begin. */
const BEGINNINGS: ReadonlySet<string> = new Set([
  ...["blockdev-backup", "block-stream", "block-commit", "fleecing-backup", "blockdev-mirror"],
]);

/** Commands that jobs are told, and what they are to do. */
const VERBS: ReadonlyMap<string, JobVerb> = new Map([
  ...(["pause", "resume", "complete", "finalize", "cancel", "dismiss"] as const).flatMap(
    (verb): [string, JobVerb][] => [
      [`block-job-${verb}`, verb],
      [`job-${verb}`, verb],
    ],
  ),
  ["block-job-set-speed", "set-speed"],
  ["block-job-change", "change"],
]);

export class JobCommands {
  readonly #live: LiveGraph;
  readonly #jobs: JobRunner;
  readonly #created: CreateJobs;

  constructor({ live, jobs, event }: JobCommandsOptions) {
    this.#live = live;
    this.#jobs = jobs;
    this.#created = new CreateJobs({ live, event });
  }

  /**
   * @returns null: it is not about jobs
   * @throws BlockgraphError `graph-refused`
   */
  async execute(execute: string, args: JsonObject): Promise<QmpResult | null> {
    if (execute === "blockdev-create") {
      await this.#created.create(args);
      return { return: {} };
    }
    if (BEGINNINGS.has(execute)) return this.#begin(execute, args);
    if (execute === "transaction") return this.#transact(args);
    if (execute === "query-jobs" || execute === "query-block-jobs") {
      return this.#query(execute, args);
    }
    const verb = VERBS.get(execute);
    return verb === undefined ? null : this.#tell(execute, verb, args);
  }

  async #obey(execute: string, args: JsonObject): Promise<QmpResult> {
    return resultOf(await this.#live.execute({ execute, arguments: args }));
  }

  async #begin(execute: string, args: JsonObject): Promise<QmpResult> {
    this.#created.requireFree(String(args["job-id"]));
    const result = await this.#obey(execute, played(args));
    if ("return" in result) this.#jobs.begin([begun(args)], false);
    return result;
  }

  /** Jobs may begin in a transaction as well. */
  async #transact(args: JsonObject): Promise<QmpResult> {
    const { actions, properties } = args;
    if (!Array.isArray(actions)) return this.#obey("transaction", args);
    const told: JsonObject = { ...args, actions: actions.map(playedAction) };
    const result = await this.#obey("transaction", told);
    const jobs = actions.flatMap(jobOf);
    const grouped = isJsonObject(properties) && properties["completion-mode"] === "grouped";
    if ("return" in result) this.#jobs.begin(jobs, grouped);
    else if (jobs.length > 0) {
      const count = this.#done(told, grouped);
      this.#jobs.undone(
        actions
          .slice(0, count)
          .flatMap(jobOf)
          .map(({ id }) => id),
      );
    }
    return result;
  }

  /** How many actions of a transaction that was refused were done before the one that was. */
  #done({ actions, ...rest }: JsonObject, grouped: boolean): number {
    const listed = Array.isArray(actions) ? actions : [];
    const refusalOf = (args: JsonObject) =>
      this.#live.refusalOf({ execute: "transaction", arguments: args });
    // All of them are looked at before the first one is done.
    if (refusalOf({ ...rest, actions: [] }) !== null) return 0;
    if (refusalOf({ actions: [{ type: "abort", data: {} }, ...listed] }) !== ABORTED) return 0;
    if (
      grouped &&
      this.#live.profile.transactionJobs === "looked-at-first" &&
      !listed.every(isBackup)
    ) {
      return 0;
    }
    let done = 0;
    while (done < listed.length) {
      if (refusalOf({ ...rest, actions: listed.slice(0, done + 1) }) !== null) break;
      done++;
    }
    return done;
  }

  /** What the graph says of jobs, and how far those are that copy. */
  async #query(execute: string, args: JsonObject): Promise<QmpResult> {
    const result = await this.#obey(execute, args);
    if ("error" in result || !Array.isArray(result.return)) return result;
    const more = ({ id, device }: JsonObject) =>
      execute === "query-jobs"
        ? this.#jobs.job(String(id))?.status
        : this.#jobs.job(String(device))?.blockJob;
    const all = result.return.map((job) => (isJsonObject(job) ? { ...job, ...more(job) } : job));
    return { return: execute === "query-jobs" ? [...this.#created.listed, ...all] : all };
  }

  /** Tells a job something, if the state that it is in has it listen. */
  async #tell(execute: string, verb: JobVerb, args: JsonObject): Promise<QmpResult> {
    const { id, device = id } = args;
    if (execute.startsWith("job-") && this.#created.tell(String(id), verb)) return { return: {} };
    const job = typeof device === "string" ? this.#jobs.job(device) : undefined;
    if (job === undefined || job.state === "concluded") return this.#obey(execute, args);
    const isPaused = job.state === "paused" || job.state === "standby";
    const isForced = execute === "job-cancel" || args.force === true;
    const isCanceled = verb === "cancel";
    // That one which is paused is not cancelled without force is said first.
    if (isCanceled && isPaused && !isForced) return this.#obey(execute, args);
    requireAccepted(job.id, job.state, verb);
    if (isCanceled && !(job.state === "ready" && !isForced)) return this.#cancel(job);
    if (verb === "finalize") return this.#finalize(job, execute, args);
    const ends = verb === "complete" || isCanceled;
    if (ends && job.asked) return { return: {} };
    const result = await this.#obey(execute, args);
    if (ends && "return" in result) job.ask();
    return result;
  }

  async #cancel(job: LiveJob): Promise<QmpResult> {
    const answered = (await job.group.abort(job)).get(job.id);
    return answered === undefined ? { return: {} } : resultOf(answered);
  }

  /** Who finalizes names the job as the graph does; then all that wait with it take effect. */
  async #finalize(job: LiveJob, execute: string, args: JsonObject): Promise<QmpResult> {
    const { id, ...unexpected } = args;
    if (typeof id !== "string" || Object.keys(unexpected).length > 0) {
      return this.#obey(execute, args);
    }
    await job.group.finalize();
    return { return: {} };
  }
}

const ABORTED = "Transaction aborted using Abort action";

const isBackup = (action: JsonValue) => isJsonObject(action) && action.type === "blockdev-backup";

/**
 * The same job, as somebody plays it: who finalizes it and does about errors what is to be done.
 * What was given wrongly stays as it is, to be refused.
 */
function played(args: JsonObject): JsonObject {
  const { "auto-finalize": finalizes = true } = args;
  if (typeof finalizes !== "boolean") return args;
  const rest = Object.entries(args).filter(
    ([name, value]) => !ON_ERRORS.includes(name) || !ON_ERROR.safeParse(value).success,
  );
  return { ...Object.fromEntries(rest), "auto-finalize": false };
}

const ON_ERRORS = ["on-error", "on-source-error", "on-target-error"];

function playedAction(action: JsonValue): JsonValue {
  const isBeginning = isJsonObject(action) && BEGINNINGS.has(String(action.type));
  if (!isBeginning || !isJsonObject(action.data)) return action;
  return { ...action, data: played(action.data) };
}

/** The job that begins with an action, if one does. */
function jobOf(action: JsonValue): Begun[] {
  const isBeginning = isJsonObject(action) && BEGINNINGS.has(String(action.type));
  return isBeginning && isJsonObject(action.data) ? [begun(action.data)] : [];
}

/** What was accepted. */
function begun(args: JsonObject): Begun {
  const { "auto-finalize": finalizes, speed, "on-error": both } = args;
  const { "on-source-error": source = both, "on-target-error": target = both } = args;
  const actionOf = (given: JsonValue | undefined) => ON_ERROR.parse(given) ?? "report";
  return {
    id: String(args["job-id"]),
    speed: typeof speed === "number" ? speed : 0,
    finalizes: finalizes !== false,
    backingFile: typeof args["backing-file"] === "string" ? args["backing-file"] : null,
    onError: { source: actionOf(source), target: actionOf(target) },
  };
}
