/**
 * A check of a program, from its compilation to its result.
 *
 * Compiler, search and traces know each other only here. A check is advanced in small pieces by
 * whoever started it, since only that one knows a clock, a terminal and Ctrl-C.
 */
import { type Compiled, compileProgram } from "./compile/compile.ts";
import { compileLabelled } from "./compile/labelled.ts";
import { findingOf } from "./finding.ts";
import { LivenessSearch } from "./liveness/liveness-search.ts";
import { livenessResults, starvationOf } from "./liveness/starvation.ts";
import type { Program } from "./program/program.ts";
import { programDigest } from "./program-digest.ts";
import { propertyResults } from "./property-results.ts";
import { type Reduction, reductionOf } from "./reduce/reduction.ts";
import type { CheckResult, Progress, Stop } from "./result.ts";
import {
  type Checkpoint,
  claimFolder,
  openCheckpoint,
  removeCheckpoint,
} from "./search/checkpoint.ts";
import type { CheckpointSubject } from "./search/checkpoint-manifest.ts";
import { type Search, type SearchResult, startSearch } from "./search/search.ts";
import { WalkCheck } from "./walk/walk-check.ts";

/** Walks instead of a search, for what does not fit. */
export interface Walks {
  readonly kind: "random" | "swarm";
  readonly walks: number;
  readonly seed: number;
}

/** Limits are null where there is none. */
export interface CheckOptions {
  /** count states up to the program's symmetries */
  readonly symmetry: boolean;
  /**
   * leave out steps that make no difference; null or absent: none. What goes wrong all the same is
   * looked for again without it, since the path to it need not be a shortest one. `if-large`: the
   * program's own, from the beginning again once the search has {@link LARGE} states, for to work
   * it out takes as long as to find some thousands of them. That does not go with a checkpoint.
   */
  readonly reduction?: Reduction | null | "if-large";
  /** look for runs in which something waits for ever; `auto`: if the state graph is not large */
  readonly liveness: "auto" | "on" | "off";
  /** note which coverage items are taken */
  readonly coverage: boolean;
  /** that may work on it */
  readonly threads: number;
  readonly maxStates: number | null;
  readonly maxDepth: number | null;
  /** bytes for states, index and buffers */
  readonly memory: number;
  /** null: a search */
  readonly walk: Walks | null;
  /** folder to keep a checkpoint in */
  readonly checkpoint: string | null;
  /** folder of the checkpoint to go on from */
  readonly resume: string | null;
}

/** A check under way. */
export interface Check {
  /** Goes on for some milliseconds. @returns false when it is over */
  advance(): Promise<boolean>;
  progress(): Progress;
  /** whether the search is over, and only liveness is looked at now */
  readonly searched: boolean;
  /** Asks for an early end; {@link advance} then says soon that it is over. */
  stop(reason: Stop): void;
  /**
   * Writes a checkpoint if one is asked for; {@link advance} must not be under way. Of a check that
   * came to its own end the checkpoint is removed instead.
   * @throws BlockgraphError `checkpoint-unusable` if it cannot be written or removed
   */
  keep(): Promise<void>;
  /** What it came to; after {@link advance} said that it is over. */
  result(): CheckResult;
  /** Ends its threads, and gives its checkpoint folder back. */
  close(): Promise<void>;
}

/**
 * Compiles a program and begins to search its states, or to walk through them.
 * @throws BlockgraphError `program-malformed`, `symmetry-impossible`, `checkpoint-unusable`
 */
export function startCheck(program: Program, options: CheckOptions): Check {
  const { walk, maxDepth, memory, coverage } = options;
  if (walk !== null) return new WalkCheck(program, { ...walk, maxDepth, memory }, coverage);
  return new ProgramCheck(program, options);
}

/** A search that is over. */
interface Searched {
  readonly compiled: Compiled;
  readonly result: SearchResult;
}

/** First the search for everything that happens, then the one for what never does. */
class ProgramCheck implements Check {
  readonly #program: Program;
  readonly #options: CheckOptions;
  #reduction: Reduction | null;
  /** whether the search is one that a reduction may follow, if it proves to be large */
  #onTrial: boolean;
  #compiled: Compiled;
  #search: Search;
  /** the search with a reduction, if that found something, and one without it goes on */
  #reduced: Searched | null = null;
  #over = false;
  /** gives the folder back that checkpoints are kept in */
  #release: () => void = () => {};
  #liveness: LivenessSearch | null = null;
  #stopped: Stop | null = null;

  constructor(program: Program, options: CheckOptions) {
    const { symmetry, coverage, reduction: wanted = null, maxStates } = options;
    const reduction = wanted === "if-large" ? null : wanted;
    this.#program = program;
    this.#options = options;
    this.#reduction = reduction;
    const reducible = wanted === "if-large" && program.teams !== undefined;
    this.#onTrial = reducible && (maxStates ?? Infinity) > LARGE;
    this.#compiled = compileProgram(program, { symmetry, coverage, reduction });
    const opened = this.#opened();
    try {
      this.#search = this.#begin(opened);
    } catch (error) {
      this.#release();
      throw error;
    }
  }

  #begin(resume: Checkpoint | null): Search {
    const { threads, maxDepth, memory } = this.#options;
    const maxStates = this.#onTrial ? LARGE : this.#options.maxStates;
    const limits = { threads, maxStates, maxDepth, memory };
    return startSearch(this.#compiled.kernel, { ...limits, resume });
  }

  /** The checkpoint to go on from; makes sure that the one to keep can be kept. */
  #opened(): Checkpoint | null {
    const { resume, checkpoint } = this.#options;
    const { kernel } = this.#compiled;
    const opened = resume === null ? null : openCheckpoint(resume, this.#subject(), kernel);
    if (checkpoint !== null) this.#release = claimFolder(checkpoint, resume);
    return opened;
  }

  async advance(): Promise<boolean> {
    this.#over = !(await this.#goOn());
    return !this.#over;
  }

  async keep(): Promise<void> {
    const { checkpoint } = this.#options;
    if (checkpoint === null) return;
    const stopped = this.#stopped ?? this.#search.stopped;
    const decided = stopped === null || this.#reduced !== null;
    if (this.#over && decided) await removeCheckpoint(checkpoint);
    else if (this.#reduced === null) await this.#search.save(checkpoint, this.#subject());
  }

  /** What a checkpoint is of. Most checks have none, and digests of large programs take time. */
  #subject(): CheckpointSubject {
    const { symmetry, coverage, reduction = null } = this.#options;
    const partialOrder = reduction !== null && reduction !== "if-large";
    return { program: programDigest(this.#program), symmetry, partialOrder, coverage };
  }

  async #goOn(): Promise<boolean> {
    if (this.#liveness === null) {
      if (await this.#search.advance()) return true;
      return (await this.#endTrial()) || (await this.#confirmFinding()) || this.#beginLiveness();
    }
    return this.#stopped === null && this.#liveness.advance();
  }

  /** @returns whether the search proved to be large, and begins again with the reduction */
  async #endTrial(): Promise<boolean> {
    if (!this.#onTrial) return false;
    this.#onTrial = false;
    if (this.#search.stopped !== "max-states") return false;
    const reduction = reductionOf(this.#program);
    this.#reduction = typeof reduction === "string" ? null : reduction;
    await this.#searchAgain(this.#reduction);
    return true;
  }

  /** @returns whether something was found with a reduction, and is looked for without it now */
  async #confirmFinding(): Promise<boolean> {
    const result = this.#search.result();
    if (this.#reduction === null || this.#reduced !== null || result.found.length === 0) {
      return false;
    }
    this.#reduced = { compiled: this.#compiled, result };
    await this.#searchAgain(null);
    return true;
  }

  async #searchAgain(reduction: Reduction | null): Promise<void> {
    const { symmetry, coverage } = this.#options;
    await this.#search.close();
    this.#compiled = compileProgram(this.#program, { symmetry, coverage, reduction });
    this.#search = this.#begin(null);
  }

  /** What the search came to: the last one, unless that was stopped before it found anything. */
  #decisive(): Searched {
    const last = { compiled: this.#compiled, result: this.#search.result() };
    return last.result.found.length === 0 && this.#reduced !== null ? this.#reduced : last;
  }

  /** @returns whether liveness is to be looked at */
  #beginLiveness(): boolean {
    const { liveness } = this.#options;
    const { complete, found, states, transitions, peakBytes } = this.#search.result();
    if (liveness === "off" || this.#program.liveness.length === 0) return false;
    if (!complete || found.length > 0) return false;
    const limits = liveness === "on" ? GRAPH_MAX : GRAPH_USUAL;
    if (states > limits.states || transitions > limits.steps) return false;
    const memory = this.#options.memory - peakBytes;
    const kernel = compileLabelled(this.#program);
    this.#liveness = new LivenessSearch(this.#program, kernel, { ...limits, memory });
    return true;
  }

  get searched(): boolean {
    return this.#liveness !== null;
  }

  progress(): Progress {
    const progress = this.#search.progress();
    const liveness = this.#liveness;
    if (liveness === null) return progress;
    const { states, transitions, unexpanded } = liveness;
    const bytes = progress.bytes + liveness.bytes;
    return { ...progress, task: "liveness", states, transitions, frontier: unexpanded, bytes };
  }

  stop(reason: Stop): void {
    if (this.#liveness === null) this.#search.stop(reason);
    else this.#stopped = reason;
  }

  result(): CheckResult {
    const { compiled, result } = this.#decisive();
    const { found, judged, ...counts } = result;
    const { complete, states, peakBytes } = counts;
    const findings = [
      ...found.map((one) => findingOf(this.#program, compiled, one)),
      ...(this.#liveness?.found ?? []).map((one) => starvationOf(this.#program, one)),
    ];
    const evidence = { complete, judged, states, findings };
    return {
      ...counts,
      reduced: compiled.reduced,
      stopped: this.#stopped ?? counts.stopped,
      peakBytes: peakBytes + (this.#liveness?.bytes ?? 0),
      findings,
      properties: [
        ...propertyResults(this.#program, evidence),
        ...livenessResults(this.#program, this.#liveness, this.#options.liveness),
      ],
    };
  }

  async close(): Promise<void> {
    this.#release();
    await this.#search.close();
  }
}

/** States of a search from which on a reduction is worth working out. */
export const LARGE = 2 ** 17;
/** Sizes of a state graph up to which it is searched for liveness if that is asked for... */
const GRAPH_MAX = { states: 2 ** 27, steps: 2 ** 30 };
/** ...and if nobody says: that takes a second or two. */
const GRAPH_USUAL = { states: 1_000_000, steps: 4_000_000 };
