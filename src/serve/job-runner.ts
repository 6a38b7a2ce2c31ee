/**
 * Jobs of a live graph: who copies for them, and tells when they are done.
 *
 * To the graph a job is a filter and some edges; what it copies by itself it is asked to copy, part
 * by part (operation `copy`), as the actors of a model do it. Here it is asked in order, some parts
 * at once. A job that waits for nobody is finalized as soon as its work is done; the graph is told
 * so by the command that a user would give. A part that cannot be copied ends the job, and what it
 * was for does not happen.
 *
 * What clients are told, and when, is QEMU's (job.c, `job_state_transition`; blockjob.c).
 *
 * Limits: of a job that begins in a transaction which is refused nobody hears, where QEMU tells of
 * its short life. What an image says of its backing file is not changed when a commit or stream has
 * made its chain shorter, so the files that are behind it must stay until it is told so (`qemu-img
 * rebase -u`). Not mirrors, nor commits of the file that is written: to complete them, what was
 * written last has to be copied while the guest stands still.
 */
import type { BlockJob, Graph, JsonObject } from "../graph/graph.ts";
import type { Answered } from "../system/session.ts";
import type { LiveGraph } from "./live-graph.ts";

/** bytes that are asked for at once */
const PART = 1024 * 1024;
/** parts under way at once: 64 clusters of 64 KiB, as block-copy has workers */
const DEPTH = 4;

export interface JobRunnerOptions {
  readonly live: LiveGraph;
  event(name: string, data: JsonObject): void;
}

interface Running {
  readonly job: BlockJob;
  /** bytes of its disk */
  readonly length: number;
  readonly finalizes: boolean;
  /** the next byte to ask for */
  next: number;
  /** bytes that are copied */
  offset: number;
  underWay: number;
  failed: boolean;
  status: "running" | "pending" | "ending";
}

export class JobRunner {
  readonly #options: JobRunnerOptions;
  readonly #running = new Map<string, Running>();
  /** jobs that have ended, and hold their ids until they are dismissed */
  readonly #concluded = new Set<string>();

  constructor(options: JobRunnerOptions) {
    this.#options = options;
  }

  /** A job has come into the graph. @param finalizes whether it ends of itself when it is done */
  begin(id: string, finalizes: boolean): void {
    const { live } = this.#options;
    const job = live.session.graph.jobs.get(id);
    if (job === undefined) return;
    const { length } = live.session.execution.node(job.filter).description;
    const rest = { next: 0, offset: 0, underWay: 0, failed: false, status: "running" } as const;
    const running: Running = { job, length, finalizes, ...rest };
    this.#running.set(id, running);
    for (const status of ["created", "running"]) this.#status(id, status);
    this.#goOn(running);
  }

  /** The graph has changed: jobs may be gone, or paused, or go on. */
  changed(graph: Graph): void {
    for (const [id, running] of this.#running) {
      const job = graph.jobs.get(id);
      if (job !== undefined && !job.concluded) this.#goOn(running);
      else this.#ended(running, job);
    }
    for (const id of this.#concluded) {
      if (graph.jobs.has(id)) continue;
      this.#concluded.delete(id);
      this.#status(id, "null");
    }
  }

  /** What `query-jobs` says of a job that is at work; null: what the graph says. */
  statusOf(id: string): JsonObject | null {
    const running = this.#running.get(id);
    if (running === undefined) return null;
    const paused = this.#options.live.session.graph.jobs.get(id)?.paused === true;
    const { status, offset, length } = running;
    return {
      ...{ "current-progress": offset, "total-progress": length },
      ...(status === "running" && !paused && { status }),
    };
  }

  /** What `query-block-jobs` says of it besides what the graph does; null: nothing. */
  blockJob(id: string): JsonObject | null {
    const running = this.#running.get(id);
    if (running === undefined) return null;
    const { length, offset, finalizes } = running;
    const { status } = this.statusOf(id) ?? {};
    const told = { len: length, offset, "auto-finalize": finalizes, busy: false };
    return { ...told, "io-status": "ok", ...(status !== undefined && { status }) };
  }

  #goOn(running: Running): void {
    const { live } = this.#options;
    const { id, copies } = running.job;
    if (copies === "nothing" || running.status !== "running") return;
    const isPaused = () => live.session.graph.jobs.get(id)?.paused !== false;
    while (running.underWay < DEPTH && running.next < running.length && !isPaused()) {
      if (running.failed) break;
      const offset = running.next;
      const length = Math.min(PART, running.length - offset);
      running.next += length;
      running.underWay++;
      live.submit({
        ...{ through: id, operation: "copy", offset, length, buffer: null },
        done: ({ errno }) => {
          running.underWay--;
          running.failed ||= errno !== null;
          if (errno === null) running.offset += length;
          setImmediate(() => this.#goOn(running));
        },
      });
    }
    const isThrough = running.next === running.length || running.failed;
    if (isThrough && running.underWay === 0) this.#finish(running);
  }

  #finish(running: Running): void {
    const { id, type } = running.job;
    running.status = "pending";
    if (running.failed) {
      running.status = "ending";
      this.#status(id, "aborting");
      this.#execute("block-job-cancel", { device: id, force: true });
      return;
    }
    this.#status(id, "waiting");
    this.#status(id, "pending");
    if (running.finalizes) this.#execute("block-job-finalize", { id });
    else this.#options.event("BLOCK_JOB_PENDING", { type, id });
  }

  #execute(execute: string, args: JsonObject): Promise<Answered> {
    return this.#options.live.execute({ execute, arguments: args });
  }

  #ended(running: Running, left: BlockJob | undefined): void {
    const { job, length, offset, failed, status } = running;
    const { id, type, speed } = job;
    this.#running.delete(id);
    const told = { device: id, len: length, offset, speed, type };
    const cancelled = status === "running";
    if (cancelled) this.#status(id, "aborting");
    if (failed) {
      this.#options.event("BLOCK_JOB_COMPLETED", { ...told, error: "Input/output error" });
    } else this.#options.event(cancelled ? "BLOCK_JOB_CANCELLED" : "BLOCK_JOB_COMPLETED", told);
    this.#status(id, "concluded");
    if (left === undefined) this.#status(id, "null");
    else this.#concluded.add(id);
  }

  #status(id: string, status: string): void {
    this.#options.event("JOB_STATUS_CHANGE", { status, id });
  }
}
