/**
 * A job of a live graph at work: who copies for it, and tells what becomes of it.
 *
 * To the graph a job is a filter and some edges; what it copies by itself it is asked to copy, part
 * by part (operation `copy`), as the actors of a model do it. Here it is asked in order, some parts
 * at once, and no faster than it was told. What the user wants of it reaches it through the graph,
 * which is told in turn by the commands that a user would give: of a job that stops for an error
 * that it is paused, of one that is through that it is finalized, of one that has failed that it is
 * cancelled.
 *
 *     running -> ready -> waiting -> pending -> concluded       aborting, from anywhere
 *
 * Only a job that follows what is written becomes ready. When it was told to end, and is through
 * but for what is being written, the rest is copied while its disk stands still (LastCopies), and
 * in that instant it takes effect.
 *
 * What clients are told, and when, is QEMU's (job.c, `job_state_transition`; blockjob.c,
 * `block_job_error_action`; block/mirror.c, `mirror_run`). Limit: the disk of a mirror that waits
 * to be finalized goes on, and is followed, where QEMU has it stand still.
 */
import type { BlockJob, ErrorAction, JsonObject, OnError } from "../graph/graph.ts";
import type { Outcome } from "../system/frame.ts";
import type { Answered } from "../system/session.ts";
import type { Errno } from "../vocabulary.ts";
import type { JobGroup } from "./job-group.ts";
import { JobPace } from "./job-pace.ts";
import { bytesLeft, type JobProgress, type JobWork, type Part } from "./job-work.ts";
import type { LiveGraph } from "./live-graph.ts";
import { systemText } from "./system-text.ts";

/** bytes that are asked for at once */
const PART = 1024 * 1024;
/** parts under way at once: 64 clusters of 64 KiB, as block-copy has workers */
const DEPTH = 4;
/** bytes that may be left to be copied while the disk stands still */
const REST = 16 * 1024 * 1024;
/** ms between two looks for what was written */
const SLICE = 100;

export interface LiveJobOptions {
  readonly live: LiveGraph;
  readonly job: Pick<BlockJob, "id" | "type" | "speed">;
  /** null: its filter does all the work */
  readonly work: JobWork | null;
  /** how far it is where it has no work, and others work for it */
  readonly seen: JobProgress | null;
  /** bytes that it says it is to copy if it has no work */
  readonly length: number;
  /** whether it goes on until it is told to end */
  readonly follows: boolean;
  /** whether it takes effect of itself when it is through */
  readonly finalizes: boolean;
  readonly onError: OnError;
  readonly group: JobGroup;
  /**
   * What else it does when it takes effect; asked before that, and called in that instant.
   * @returns what goes wrong, in the system's words; null: nothing
   */
  effect(): () => string | null;
  event(name: string, data: JsonObject): void;
}

export type LiveState =
  | ("created" | "running" | "ready" | "waiting" | "pending")
  | ("aborting" | "concluded" | "null");

export class LiveJob {
  readonly #options: LiveJobOptions;
  readonly #work: JobWork | null;
  #state: LiveState = "created";
  /** whether it stands still, and clients were told */
  #paused = false;
  /** whether it was told to end */
  #asked = false;
  /** how it is being ended, by a command that has begun; null: it is not */
  #ending: "well" | "without effect" | null = null;
  readonly #pace: JobPace;
  /** why it failed, in the system's words; null: it did not */
  #error: string | null;
  #ioStatus: "ok" | "failed" | "nospace" = "ok";
  /** when its filter was still there */
  #wasSynced = false;
  #effect: () => string | null = () => null;
  #timer: NodeJS.Timeout | null = null;

  /** @param error why it fails at once, in QEMU's words; null: it does not */
  constructor(options: LiveJobOptions, error: string | null = null) {
    this.#options = options;
    this.#work = options.work;
    this.#error = error;
    this.#pace = new JobPace(options.job.speed);
  }

  get id(): string {
    return this.#options.job.id;
  }

  get finalizes(): boolean {
    return this.#options.finalizes;
  }

  get follows(): boolean {
    return this.#options.follows;
  }

  get group(): JobGroup {
    return this.#options.group;
  }

  /** As QEMU calls it. */
  get state(): LiveState | "paused" | "standby" {
    if (!this.#paused) return this.#state;
    return this.#state === "ready" ? "standby" : "paused";
  }

  get asked(): boolean {
    return this.#asked;
  }

  /** What `query-jobs` says of it besides what the graph does. */
  get status(): JsonObject {
    const { copied, total } = this.#progress;
    return {
      ...{ "current-progress": copied, "total-progress": total, status: this.state },
      ...(this.#error !== null && { error: this.#error }),
    };
  }

  /** What `query-block-jobs` says of it besides what the graph does. */
  get blockJob(): JsonObject {
    const { copied: offset, total: len } = this.#progress;
    const { finalizes, follows } = this.#options;
    const standsStill = follows && this.#state === "pending";
    return {
      ...{ len, offset, busy: false, "io-status": this.#ioStatus, status: this.state },
      paused: this.#inGraph?.paused === true || standsStill,
      ready: this.#state === "ready",
      "auto-finalize": finalizes,
      ...this.#synced,
      ...(this.#error !== null && { error: this.#error }),
    };
  }

  create(): void {
    this.#become("created");
  }

  /** Begins to work. */
  start(): void {
    this.#become("running");
    this.goOn();
  }

  /** The user wants it to end well. */
  ask(): void {
    this.#asked = true;
    this.goOn();
  }

  /** Something has changed. */
  goOn(): void {
    const job = this.#inGraph;
    if (job === undefined || job.concluded) return;
    this.#pace.speed = job.speed;
    const isWaiting = this.#state === "pending" || this.#state === "waiting";
    if (isWaiting && !this.#options.follows) return;
    if (!isWaiting && this.#state !== "running" && this.#state !== "ready") return;
    if (this.#error !== null) {
      if (this.#work?.underWay === 0) void this.group.abort(this);
      return;
    }
    if (job.paused) {
      this.#standStill();
      return;
    }
    this.#moveOn();
    if (this.#work === null) return;
    if (this.#ending === null) this.#ask(this.#work);
    const { follows } = this.#options;
    // A mirror that was slowed down looks whether it is through when it may go on.
    const isSlowed = follows && this.#state === "running" && this.#pace.wait > 0;
    const isNear = this.#asked && this.#state === "ready" && bytesLeft(this.#work) <= REST;
    if ((this.#work.through || isNear) && !isSlowed) this.#through();
    if (follows && this.#timer === null) this.#later(SLICE);
  }

  #standStill(): void {
    if (this.#paused || (this.#work?.underWay ?? 0) > 0) return;
    this.#paused = true;
    this.#tell();
  }

  #moveOn(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#ioStatus = "ok";
    this.#tell();
  }

  /** Asks for parts, as many as may be under way. */
  #ask(work: JobWork): void {
    const { live } = this.#options;
    while (work.underWay < DEPTH && live.session.takesRequests(this.id)) {
      if (this.#pace.wait > 0) {
        this.#later(this.#pace.wait);
        return;
      }
      const part = work.take(PART);
      if (part === null) return;
      this.#pace.sent(part.length);
      this.#copy(part);
    }
  }

  #copy(part: Part): void {
    const { offset, length } = part;
    this.#options.live.submit({
      ...{ through: this.id, operation: "copy", offset, length, buffer: null },
      done: (outcome) => this.#copied(part, outcome),
    });
  }

  #copied(part: Part, { errno, at }: Outcome): void {
    this.#work?.end(part, errno === null);
    if (errno !== null && this.#error === null) this.#failed(errno, at ?? "");
    setImmediate(() => this.goOn());
  }

  /** @param at the edge behind which it failed */
  #failed(errno: Errno, at: string): void {
    const isRead = at !== "target" && at !== "base";
    const { onError } = this.#options;
    const action = actionFor(isRead ? onError.source : onError.target, errno);
    const operation = isRead ? "read" : "write";
    this.#options.event("BLOCK_JOB_ERROR", { device: this.id, operation, action });
    if (action === "report") this.#error = systemText(errno) ?? "Input/output error";
    this.#pace.failed();
    if (action !== "stop") return;
    this.#ioStatus = errno === "ENOSPC" ? "nospace" : "failed";
    void this.#execute("block-job-pause", { device: this.id });
  }

  #through(): void {
    const { follows, event } = this.#options;
    if (!follows) {
      this.#become("waiting");
      this.group.waits();
      return;
    }
    if (this.#state === "running") {
      this.#become("ready");
      event("BLOCK_JOB_READY", this.#told);
    }
    if (!this.#asked || this.#state !== "ready" || this.#ending !== null) return;
    if (this.finalizes) void this.finalize();
    else {
      this.#become("waiting");
      this.group.waits();
    }
  }

  becomePending(): void {
    const { job, finalizes, event } = this.#options;
    this.#become("pending");
    if (!finalizes) event("BLOCK_JOB_PENDING", { type: job.type, id: this.id });
  }

  /** It takes effect; if it follows what is written, once all of that is copied. */
  async finalize(): Promise<void> {
    if (this.#ending !== null) return;
    this.#ending = "well";
    this.#effect = this.#options.effect();
    const { follows } = this.#options;
    const last = follows ? { job: this.id, left: () => this.#last() } : null;
    const { refusal } = await this.#execute("block-job-finalize", { id: this.id }, last);
    if (refusal === null) return;
    this.#ending = null;
    // It was stopped for an error, and goes on when it is resumed; or that was the end of it.
    if (this.#ioStatus === "ok") this.#error ??= refusal;
    this.goOn();
  }

  /** In its drained section. */
  #last(): "nothing" | "some" | "failed" {
    const work = this.#work;
    if (work === null) return "nothing";
    if (this.#error !== null || this.#ioStatus !== "ok") return "failed";
    for (let part = work.take(PART); part !== null; ) {
      this.#copy(part);
      part = work.underWay < DEPTH ? work.take(PART) : null;
    }
    if (!work.through) return "some";
    if (this.#state === "ready") {
      this.#become("waiting");
      this.group.waits();
    }
    return "nothing";
  }

  /** Somebody wrote to a node, and if it is the filter of a mirror, maybe to its target as well. */
  wrote(node: string | undefined, bytes: number): void {
    const { graph } = this.#options.live.session;
    const filter = this.#inGraph?.filter;
    const { "copy-mode": mode } = graph.nodes.get(filter ?? "")?.options ?? {};
    if (node === filter && mode === "write-blocking") this.#work?.add(bytes);
  }

  becomeAborting(): void {
    if (this.#state === "aborting") return;
    this.#paused = false;
    this.#become("aborting");
  }

  /** Nothing comes of it. */
  async abort(): Promise<Answered> {
    const before = this.#ending;
    this.#ending = "without effect";
    const answered = await this.#execute("block-job-cancel", { device: this.id, force: true });
    if (answered.refusal !== null) this.#ending = before;
    return answered;
  }

  /** It has left the graph. @param left what there is of it until it is dismissed */
  ended(left: BlockJob | undefined): void {
    if (this.#state === "concluded") {
      if (left === undefined) this.#become("null");
      return;
    }
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#paused = false;
    if (this.#ending === "well") this.#error ??= this.#effect();
    const isDone = this.#ending === "well" && this.#error === null;
    if (!isDone) this.becomeAborting();
    const { event } = this.#options;
    if (this.#error !== null) event("BLOCK_JOB_COMPLETED", { ...this.#told, error: this.#error });
    else event(isDone ? "BLOCK_JOB_COMPLETED" : "BLOCK_JOB_CANCELLED", this.#told);
    this.#become("concluded");
    if (left === undefined) this.#become("null");
  }

  /** Works no more. */
  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#state = "null";
  }

  get #inGraph(): BlockJob | undefined {
    return this.#options.live.session.graph.jobs.get(this.id);
  }

  get #progress(): JobProgress {
    return this.#work ?? this.#options.seen ?? { copied: 0, total: this.#options.length };
  }

  /** Whether guests write its target as well, and that has all they wrote before. */
  get #synced(): JsonObject {
    const { job, live } = this.#options;
    if (job.type !== "mirror" || live.profile.absent.has("block-job-change")) return {};
    const { graph } = live.session;
    const filter = graph.nodes.get(this.#inGraph?.filter ?? "");
    if (filter !== undefined) {
      const isActive = filter.options["copy-mode"] === "write-blocking";
      this.#wasSynced = isActive && this.#state !== "running" && this.#work?.through === true;
    }
    return { "actively-synced": this.#wasSynced };
  }

  get #told(): JsonObject {
    const { type } = this.#options.job;
    const { copied: offset, total: len } = this.#progress;
    return { device: this.id, len, offset, speed: this.#pace.speed, type };
  }

  #become(state: LiveState): void {
    this.#state = state;
    this.#tell();
  }

  #tell(): void {
    this.#options.event("JOB_STATUS_CHANGE", { status: this.state, id: this.id });
  }

  #later(ms: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.goOn();
    }, ms);
  }

  #execute(execute: string, args: JsonObject, last: Parameters<LiveGraph["execute"]>[1] = null) {
    return this.#options.live.execute({ execute, arguments: args }, last);
  }
}

/** What becomes of an error (QEMU block/block-backend.c, `blk_get_error_action`). */
function actionFor(action: ErrorAction, errno: Errno): "report" | "ignore" | "stop" {
  if (action !== "enospc") return action;
  return errno === "ENOSPC" ? "stop" : "report";
}
