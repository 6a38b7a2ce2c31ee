/**
 * Searches under way: each in threads of its own, with news of how far it is, until it is over or
 * somebody stops it.
 */
import type { CheckOptions } from "../../check/check.ts";
import type { Program } from "../../check/program/program.ts";
import type { CheckResult, Progress } from "../../check/result.ts";
import { symmetryText } from "../../report/check/symmetry-text.ts";
import { checkVerdict } from "../../report/check/verdict.ts";
import type { Condition } from "../condition/condition.ts";
import { BackgroundSearch } from "../search/background-search.ts";
import { findCondition } from "../search/find-condition.ts";
import { foundText } from "../search/found-text.ts";
import type { ProgramExploration } from "../session/program-exploration.ts";
import type { JobNews } from "./documents.ts";
import { answerTo, HttpError } from "./http-error.ts";
import type { News } from "./news.ts";
import type { Workshop } from "./workshop.ts";

/** Searches at once, at the most. */
const MOST_JOBS = 4;
/** ms that a search has to end by itself, with what it found, once it is asked to */
const GRACE_MS = 3000;

const BEGINNING = { task: "search", states: 0, transitions: 0, depth: 0 } as const;

/** Of each kind of news what it says. */
type Said<Of> = Of extends JobNews ? Omit<Of, "job" | "exploration"> : never;
type Outcome = Said<JobNews>;

/** What is searched: the number by which it is open, and its bounds for people. */
interface Searched {
  readonly id: number;
  readonly explored: ProgramExploration;
  readonly bounds: string;
}

export class Jobs {
  readonly #workshop: Workshop;
  readonly #news: News;
  readonly #running = new Map<number, BackgroundSearch>();
  /** those that somebody has asked to stop */
  readonly #stopping = new Set<number>();
  #next = 0;

  constructor(workshop: Workshop, news: News) {
    this.#workshop = workshop;
    this.#news = news;
  }

  /**
   * Looks for a state that satisfies a condition, and opens the way there as a branch.
   * @param from the state where it begins
   */
  find({ id, explored, bounds }: Searched, condition: Condition, from: number): number {
    const { threads, memory } = this.#limits();
    const state = explored.state(from);
    const { depth, reached } = explored.view(from);
    const where = depth === 0 ? "the beginning" : `state ${from}, after step ${depth} (${reached})`;
    const job = this.#next++;
    const { search, found } = findCondition(
      explored.program,
      { condition, from: state },
      { threads, memory },
      (progress) => this.#progress(job, id, progress),
    );
    this.#watch(job, id, search, async () => {
      const outcome = await found;
      const message = foundText(outcome, { where, bounds });
      const { kind } = outcome;
      if (kind === "nowhere") return { kind, message };
      if (kind === "stopped") return { kind, message, states: outcome.states };
      return { kind, message, state: explored.adopt(outcome.trace, from) };
    });
    return job;
  }

  /** Checks everything, and opens the ways to what is found as branches. */
  check(id: number, exploration: ProgramExploration): number {
    const { threads, memory } = this.#limits();
    const job = this.#next++;
    const options = checkOptions(exploration.program, threads, memory);
    const search = new BackgroundSearch({ program: exploration.program, options }, (progress) =>
      this.#progress(job, id, progress),
    );
    this.#watch(job, id, search, async () => checkedOf(await search.result, exploration));
    return job;
  }

  /**
   * Asks a job to come to its end, and ends it if it does not.
   * @throws HttpError 404 if it is not under way
   */
  stop(job: number): void {
    const search = this.#running.get(job);
    if (search === undefined) throw new HttpError(404, `job ${job} is not under way`);
    this.#stopping.add(job);
    search.stop("interrupted");
    // Who compiles a large program does not listen.
    setTimeout(() => {
      if (this.#running.get(job) === search) void search.close();
    }, GRACE_MS).unref();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running.values()].map((search) => search.close()));
  }

  #limits() {
    if (this.#running.size >= MOST_JOBS) {
      throw new HttpError(429, `${MOST_JOBS} searches are under way; stop one first`);
    }
    return this.#workshop;
  }

  #progress(
    job: number,
    exploration: number,
    progress: Pick<Progress, "task" | "states" | "transitions" | "depth">,
  ): void {
    const { task, states, transitions, depth } = progress;
    this.#news.tell({ job, exploration, kind: "progress", task, states, transitions, depth });
  }

  #watch(
    job: number,
    exploration: number,
    search: BackgroundSearch,
    outcome: () => Promise<Outcome>,
  ): void {
    this.#running.set(job, search);
    // It is there to be stopped before it has seen its first states.
    this.#progress(job, exploration, BEGINNING);
    const ended = outcome().catch((error): Outcome => {
      const { message } = answerTo(error);
      if (!this.#stopping.has(job)) return { kind: "failed", message };
      return { kind: "stopped", states: 0, message: "somebody stopped it before it saw anything" };
    });
    void ended.then(async (news) => {
      this.#running.delete(job);
      this.#stopping.delete(job);
      await search.close();
      this.#news.tell({ job, exploration, ...news });
    });
  }
}

function checkedOf(result: CheckResult, exploration: ProgramExploration): Outcome {
  const { symmetries } = exploration.program;
  const { states, transitions, depth, properties, stopped, findings } = result;
  if (stopped !== null && findings.length === 0) {
    const { problem } = checkVerdict(result);
    return { kind: "stopped", states, message: problem ?? stopped };
  }
  return {
    kind: "checked",
    ...checkVerdict(result),
    ...{ states, transitions, depth },
    upTo: symmetryText(symmetries.map(({ name }) => name)),
    properties: properties.map(({ name, outcome }) => ({ name, outcome })),
    findings: findings
      .filter(({ kind }) => kind !== "bounds")
      .map(({ property, message, trace }) => ({
        ...{ property, message },
        state: exploration.adopt(trace, 0),
      })),
  };
}

/** As `blockgraph check` does it if nobody says how. */
function checkOptions(program: Program, threads: number, memory: number): CheckOptions {
  const symmetry = program.symmetries.length > 0;
  return {
    ...{ symmetry, threads, memory },
    reduction: symmetry ? null : "if-large",
    liveness: "auto",
    coverage: false,
    ...{ maxStates: null, maxDepth: null, walk: null, checkpoint: null, resume: null },
  };
}
