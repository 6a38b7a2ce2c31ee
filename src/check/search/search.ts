/**
 * Breadth-first search of everything that a kernel can reach, in one thread or in several.
 *
 * States are found level by level, so whatever goes wrong is reported with a shortest path. A
 * search is advanced from outside in small pieces. It begins in the calling thread; once it is
 * large enough to be worth it, and if it may, it hands everything over to worker threads, which see
 * the same memory. What it finds, counts and answers does not depend on the number of threads.
 */
import type { Kernel } from "../kernel.ts";
import type { Before, Progress, Stop } from "../result.ts";
import { type Checkpoint, restoreCheckpoint, writeCheckpoint } from "./checkpoint.ts";
import type { CheckpointSubject } from "./checkpoint-manifest.ts";
import { Control, type Limits } from "./control.ts";
import { createEngine, createShared, type Engine, type Shared } from "./engine.ts";
import { layoutFor, PARTITIONS } from "./layout.ts";
import { leaveMemory } from "./leftover-memory.ts";
import { type Fault, notesOf } from "./notes.ts";
import { OwnPartitions } from "./partitions.ts";
import { beyondCount, frontierCount, pathTo, stateCount, storeFill } from "./store.ts";
import { Team } from "./team.ts";

export interface SearchOptions {
  /** threads that may work on it, 1 or more */
  readonly threads: number;
  /** ends once as many states are stored */
  readonly maxStates?: number | null;
  /** states so many steps from the initial one are not expanded */
  readonly maxDepth?: number | null;
  /** bytes for states, index and outboxes */
  readonly memory?: number | undefined;
  /** go on after a finding, until every property is decided */
  readonly everyProperty?: boolean;
  /** what to go on from, instead of from the initial state */
  readonly resume?: Checkpoint | null;
}

/** Something wrong, and how to get there. */
export interface Found extends Fault {
  /** packed states from the initial one to the one that is at fault, or whose step is */
  readonly path: readonly (readonly number[])[];
  /** whether the last state of the path itself is at fault, not a step from it */
  readonly inState: boolean;
}

export interface SearchResult {
  /** counted below, but found by an earlier search; absent or null: nothing */
  readonly before?: Before | null;
  readonly complete: boolean;
  /** null: complete, or ended by what was found */
  readonly stopped: Stop | null;
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  /** every run of up to so many steps was taken: `depth`, unless it ended within a level */
  readonly everyRun: number;
  readonly levels: readonly number[];
  readonly peakBytes: number;
  /** by property, how often it was judged */
  readonly judged: readonly number[];
  /** by coverage item */
  readonly covered: readonly boolean[];
  /** the one with the shortest path; with `everyProperty` the shortest for each kind of fault */
  readonly found: readonly Found[];
}

/** Transitions that `advance` computes in the calling thread; some 20 ms. */
const PIECE = 2 ** 19;
/** What one round costs beside its transitions, in transitions. */
const ROUND_COST = 2 ** 9;
/** A round is stored in so many pieces. */
const STORING_PIECES = 16;
/** Transitions that a chunk of the outbox holds, about; storing takes twice as long as finding. */
const ENTRIES_A_CHUNK = 2 * 64;
/** States from which on worker threads are worth starting. */
const WORTH_THREADS = 2 ** 17;

export class Search {
  readonly #kernel: Kernel;
  readonly #shared: Shared;
  readonly #limits: Limits;
  readonly #control: Control;
  readonly #engine: Engine;
  readonly #own: OwnPartitions;
  #phase: "between" | "expanding" | "storing" = "between";
  #team: Team | null = null;
  readonly #before: Before | null;
  #resume: Checkpoint | null;
  /** whether the next round is not to be begun */
  #still = false;

  constructor(kernel: Kernel, options: SearchOptions) {
    const { maxStates = null, maxDepth = null, everyProperty = false } = options;
    this.#resume = options.resume ?? null;
    this.#before = this.#resume === null ? null : countsOf(this.#resume);
    this.#kernel = kernel;
    this.#shared = createShared(kernel, layoutFor(kernel.words, options.memory), options.threads);
    this.#limits = { maxStates, maxDepth, everyProperty };
    this.#control = new Control(kernel, this.#shared, this.#limits);
    this.#engine = createEngine(kernel, this.#shared, 0);
    this.#own = new OwnPartitions(this.#engine, this.#shared, 0, 1);
    if (this.#resume === null) this.#begin();
  }

  #begin(): void {
    this.#engine.rehearse();
    this.#engine.begin(...this.#kernel.initial);
    this.#own.insert();
    this.#own.clear();
    this.#control.begin();
  }

  /** Goes on for some 20 ms, or until there is news of the threads. @returns false: it is over */
  async advance(): Promise<boolean> {
    if (this.#resume !== null) return this.#restore(this.#resume);
    if (this.#team !== null) return (await this.#team.next()) !== "over";
    for (let left = PIECE; left > 0 && !this.#control.over; ) {
      left -= this.#piece(left);
      if (this.#phase === "between" && (this.#still || this.#mayHandOver())) break;
    }
    if (this.#control.over) return false;
    if (!this.#still && this.#mayHandOver()) {
      this.#team = new Team(this.#kernel, this.#shared, this.#limits);
    }
    return true;
  }

  /** Several times 20 ms, in which others get their turn. @returns false: it is over */
  async #restore(checkpoint: Checkpoint): Promise<boolean> {
    await restoreCheckpoint(checkpoint, this.#shared, this.#engine);
    this.#resume = null;
    this.#control.decide();
    return !this.#control.over;
  }

  /**
   * Writes where the search is, so that another one can go on from there. {@link advance} must not
   * be under way.
   * @throws BlockgraphError `checkpoint-unusable` if it cannot be written
   */
  async save(folder: string, subject: CheckpointSubject): Promise<void> {
    if (this.#resume !== null) return;
    this.#still = true;
    while (this.#phase !== "between") await this.advance();
    await this.#team?.pause();
    try {
      await writeCheckpoint(folder, subject, this.#kernel, this.#shared);
    } finally {
      this.#team?.resume();
      this.#still = false;
    }
  }

  #mayHandOver(): boolean {
    if (this.#phase !== "between" || this.#shared.outboxes.length === 1) return false;
    return stateCount(this.#shared.store) > WORTH_THREADS;
  }

  /** Expands, or stores, a part of a round. @returns about how many transitions it was worth */
  #piece(most: number): number {
    const before = this.#control.transitions;
    if (this.#phase !== "storing") {
      const done = this.#own.expand(this.#control.share, most);
      this.#phase = done ? "storing" : "expanding";
      return ROUND_COST + this.#control.transitions - before;
    }
    const stored = this.#engine.used() * (ENTRIES_A_CHUNK / STORING_PIECES);
    if (this.#own.insert(PARTITIONS / STORING_PIECES)) {
      this.#phase = "between";
      this.#own.clear();
      this.#control.decide();
    }
    return ROUND_COST + stored;
  }

  progress(): Progress {
    const { store } = this.#shared;
    const levels = this.#levels();
    return {
      task: "search",
      states: stateCount(store),
      transitions: this.#control.transitions,
      depth: levels.length - 1,
      frontier: frontierCount(store),
      levels,
      fill: storeFill(store),
      bytes: this.#control.bytes,
    };
  }

  /** Why it ended before its time; null: it did not. */
  get stopped(): Stop | null {
    return this.#control.stopped;
  }

  /** Ends the search after the round that it is in. */
  stop(reason: Stop): void {
    this.#control.request(reason);
  }

  /** What it came to; after {@link advance} said that it is over. */
  result(): SearchResult {
    const { store, tallies } = this.#shared;
    const levels = this.#levels();
    return {
      before: this.#before,
      complete: this.#control.complete,
      stopped: this.#control.stopped,
      states: stateCount(store),
      transitions: this.#control.transitions,
      depth: levels.length - 1,
      everyRun: this.#control.level,
      levels,
      peakBytes: this.#control.bytes,
      judged: this.#kernel.properties.map((_, property) =>
        tallies.reduce((sum, { judged }) => sum + (judged[property] ?? 0), 0),
      ),
      covered: Array.from({ length: this.#kernel.coverage }, (_, item) =>
        tallies.some(({ covered }) => covered[item] === 1),
      ),
      found: this.#found(),
    };
  }

  /** Ends the threads. Memory is freed when nobody holds the search any more. */
  async close(): Promise<void> {
    await this.#team?.close();
    leaveMemory(this.#control.bytes);
  }

  #levels(): number[] {
    const finished = this.#shared.levels.subarray(0, this.#control.level + 1);
    const beyond = beyondCount(this.#shared.store);
    return beyond > 0 && !this.#control.complete ? [...finished, beyond] : [...finished];
  }

  #found(): Found[] {
    const { store, tallies } = this.#shared;
    const notes = notesOf(
      this.#kernel,
      store,
      tallies.map((tally) => tally.notes),
    );
    const reported = this.#limits.everyProperty ? notes : notes.slice(0, 1);
    return reported.map(({ kind, property, failure, inState, id }) => ({
      ...{ kind, property, failure, inState },
      path: pathTo(store, id),
    }));
  }
}

function countsOf({ manifest: { states, transitions } }: Checkpoint): Before {
  return { states, transitions };
}

/** Starts a search; it does nothing until it is advanced. */
export function startSearch(kernel: Kernel, options: SearchOptions): Search {
  return new Search(kernel, options);
}
