/**
 * The jobs of a live graph: each is put to work when it has come into the graph (live-job.ts), and
 * hears of every change of that.
 *
 * A job whose parts fail does what it was told to do about errors; the graph is not told of that,
 * since there it would be done by charts of the job's life (src/system/life.ts), which know nothing
 * of events, and only one answer to errors of both sides.
 *
 * A job that begins in a transaction which is refused has a short life all the same, of which
 * clients hear.
 */
import { DRIVERS } from "../drivers/registry.ts";
import { UNEQUAL } from "../graph/backup-ends.ts";
import { Chains } from "../graph/chain.ts";
import {
  type BlockJob,
  childEdges,
  type Graph,
  type JsonObject,
  type OnError,
  rootNode,
} from "../graph/graph.ts";
import { mirrors } from "../graph/job.ts";
import { CHANGING_OPERATIONS } from "../vocabulary.ts";
import { changeOfJob } from "./backing-headers.ts";
import { JobGroup } from "./job-group.ts";
import { CopiedByGuests, Following, type JobWork, OnePass } from "./job-work.ts";
import type { LiveGraph, LiveRequest } from "./live-graph.ts";
import { LiveJob } from "./live-job.ts";
import { isAboveBase } from "./own-parts.ts";

export interface JobRunnerOptions {
  readonly live: LiveGraph;
  event(name: string, data: JsonObject): void;
}

/** What the graph does not know of a job that begins. */
export interface Begun {
  readonly id: string;
  /** bytes a second */
  readonly speed: number;
  /** whether it takes effect of itself when it is through */
  readonly finalizes: boolean;
  readonly onError: OnError;
  /** what an image is to say of its backing file, when its chain has become shorter; null: that */
  readonly backingFile: string | null;
}

export class JobRunner {
  readonly #options: JobRunnerOptions;
  readonly #jobs = new Map<string, LiveJob>();

  constructor(options: JobRunnerOptions) {
    this.#options = options;
  }

  /** Jobs have come into the graph. @param grouped whether they end together */
  begin(all: readonly Begun[], grouped: boolean): void {
    const together = new JobGroup();
    const { graph } = this.#options.live.session;
    const jobs = all.map((begun) => {
      const job = graph.jobs.get(begun.id);
      const group = grouped ? together : new JobGroup();
      const isOver = job === undefined || job.concluded;
      const live = isOver ? this.#over(begun, group) : this.#make(job, begun, group);
      group.join(live);
      this.#jobs.set(begun.id, live);
      return live;
    });
    for (const job of jobs) job.create();
    const isReversed = this.#options.live.profile.transactionJobs === "looked-at-first";
    for (const job of isReversed ? jobs.reverse() : jobs) job.start();
    this.changed(graph);
  }

  /** Jobs began in a transaction that was refused. */
  undone(ids: readonly string[]): void {
    for (const id of ids) this.#status(id, "created");
    for (const id of [...ids].reverse()) {
      for (const status of ["aborting", "concluded", "null"]) this.#status(id, status);
    }
  }

  /** The graph has changed: jobs may be gone, or paused, or go on. */
  changed(graph: Graph): void {
    for (const [id, live] of [...this.#jobs]) {
      const job = graph.jobs.get(id);
      if (job === undefined || job.concluded) live.ended(job);
      else live.goOn();
      if (job === undefined) this.#jobs.delete(id);
    }
  }

  /**
   * A request of somebody outside has ended. If it was written to the target of a mirror as well,
   * that counts.
   */
  completed({ through, operation, length }: LiveRequest): void {
    if (this.#jobs.size === 0 || !CHANGING_OPERATIONS.has(operation)) return;
    const root = rootNode(this.#options.live.session.graph, through);
    for (const job of this.#jobs.values()) job.wrote(root, length);
  }

  /** A job that is at work, or concluded; undefined: there is none of that name. */
  job(id: string): LiveJob | undefined {
    return this.#jobs.get(id);
  }

  /** Stops all work. */
  stop(): void {
    for (const job of this.#jobs.values()) job.stop();
  }

  #make(job: BlockJob, begun: Begun, group: JobGroup): LiveJob {
    const { finalizes, onError, backingFile } = begun;
    const { live, event } = this.#options;
    const follows = mirrors(live.session.graph, job);
    const { length } = live.session.execution.node(job.filter).description;
    const seen = this.#seen(job);
    const work = follows ? this.#following(job) : this.#onePass(job, length, seen);
    const effect = () => {
      const { graph } = live.session;
      const now = graph.jobs.get(job.id);
      const change = now === undefined ? null : changeOfJob(graph, now, backingFile);
      return () => (change === null ? null : live.changeBacking(change));
    };
    const own = { job, work, seen, length, follows, finalizes, onError, group, effect };
    return new LiveJob({ live, event, ...own });
  }

  /** A mirror between unequal ends is over as soon as it has begun. */
  #over({ id, speed, finalizes, onError }: Begun, group: JobGroup): LiveJob {
    const rest = { work: null, seen: null, length: 0, follows: false, finalizes, onError, group };
    const job = { id, speed, type: "mirror" } as const;
    const effect = () => () => null;
    return new LiveJob({ ...this.#options, ...rest, job, effect }, UNEQUAL);
  }

  /** How far a backup is, whoever has copied; null: the job is as far as it has come. */
  #seen({ type, filter }: BlockJob): CopiedByGuests | null {
    const isBackup = type === "backup" || type === "fleecing-backup";
    return isBackup ? new CopiedByGuests(this.#options.live.session.execution.node(filter)) : null;
  }

  #onePass(job: BlockJob, length: number, seen: CopiedByGuests | null): JobWork | null {
    if (job.copies === "nothing") return null;
    const { graph } = this.#options.live.session;
    if (job.type === "stream" && hasNothing(graph, job)) return new OnePass(0, null);
    return new OnePass(length, seen);
  }

  #following(job: BlockJob): JobWork {
    const { graph, execution } = this.#options.live.session;
    const filter = execution.node(job.filter);
    const disk = filter.description.primary;
    const { base = null, bottom = base } = graph.nodes.get(job.filter)?.options ?? {};
    const find = (name: string) => execution.node(name);
    const counts = (offset: number, length: number) =>
      disk === null ||
      typeof bottom !== "string" ||
      isAboveBase(disk, bottom, find, offset, length);
    return new Following(filter, counts);
  }

  #status(id: string, status: string): void {
    this.#options.event("JOB_STATUS_CHANGE", { status, id });
  }
}

/** Whether nothing lies between the file that a stream fills and its base. */
function hasNothing(graph: Graph, { id }: BlockJob): boolean {
  const held = childEdges(graph, { kind: "job", name: id });
  if (held.some(({ name }) => name === "intermediate node")) return false;
  const top = held.find(({ name }) => name === "active node")?.child ?? "";
  const chains = new Chains(graph, DRIVERS);
  return (
    chains.skipFilters(top) ===
    chains.overlayOf(top, chains.link(chains.skipFilters(top))?.child ?? null)
  );
}
