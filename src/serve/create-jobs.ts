/**
 * `blockdev-create`: makes an image, as a job (QEMU block/create.c).
 *
 * There is nothing to wait for, so the job is over when the command is answered; what went wrong is
 * the job's error. It holds its id until it is dismissed.
 */
import { z } from "zod";
import { isJsonObject, type JsonObject } from "../graph/graph.ts";
import { requireJobId } from "../graph/job.ts";
import { type JobVerb, requireAccepted } from "../graph/job-state.ts";
import { isRefusal, parseArguments, refuse } from "../graph/refuse.ts";
import { parseCreation } from "./create-options.ts";
import { ImageMaker } from "./image-maker.ts";
import type { LiveGraph } from "./live-graph.ts";

export interface CreateJobsOptions {
  readonly live: LiveGraph;
  event(name: string, data: JsonObject): void;
}

const options = z.custom<JsonObject>(isJsonObject);
const schema = z.strictObject({ "job-id": z.string(), options: z.looseObject({}).pipe(options) });

export class CreateJobs {
  readonly #options: CreateJobsOptions;
  readonly #maker: ImageMaker;
  /** why each failed, by its id; null: it did not. The newest is the last */
  readonly #jobs = new Map<string, string | null>();

  constructor(options: CreateJobsOptions) {
    this.#options = options;
    this.#maker = new ImageMaker(options.live);
  }

  /** @throws BlockgraphError `graph-refused`: there is no such job */
  async create(args: JsonObject): Promise<void> {
    const { "job-id": id, options: given } = parseArguments(schema, args);
    const creation = parseCreation(given);
    requireJobId(id);
    this.requireFree(id);
    if (this.#options.live.session.graph.jobs.has(id)) throw taken(id);
    this.#tell(id, "created");
    this.#tell(id, "running");
    let error: string | null = null;
    try {
      await this.#maker.make(creation);
    } catch (caught) {
      if (!isRefusal(caught)) throw caught;
      error = caught.message;
    }
    this.#jobs.set(id, error);
    for (const status of error === null ? ["waiting", "pending"] : ["aborting"]) {
      this.#tell(id, status);
    }
    this.#tell(id, "concluded");
  }

  /** @throws BlockgraphError `graph-refused`: one of these jobs has that id */
  requireFree(id: string): void {
    if (this.#jobs.has(id)) throw taken(id);
  }

  /**
   * Tells a job something.
   * @returns whether it is one of these
   * @throws BlockgraphError `graph-refused`: all that it takes is to be dismissed
   */
  tell(id: string, verb: JobVerb): boolean {
    if (!this.#jobs.has(id)) return false;
    if (verb === "resume") throw refuse("Can't resume a job that was not paused");
    requireAccepted(id, "concluded", verb);
    this.#jobs.delete(id);
    this.#tell(id, "null");
    return true;
  }

  /** As `query-jobs` lists them, the newest first. */
  get listed(): JsonObject[] {
    return [...this.#jobs].reverse().map(([id, error]) => ({
      ...{ "current-progress": 1, status: "concluded", "total-progress": 1, type: "create", id },
      ...(error !== null && { error }),
    }));
  }

  #tell(id: string, status: string): void {
    this.#options.event("JOB_STATUS_CHANGE", { status, id });
  }
}

const taken = (id: string) => refuse(`Job ID '${id}' already in use`);
