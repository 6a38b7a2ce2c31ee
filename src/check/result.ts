/**
 * What a check reports: while it goes on, and at its end.
 */
import type { ProgramState, Step } from "./program/state.ts";

/** How far a search is. Sizes are bytes. */
export interface Progress {
  /**
   * what is being done: the search itself, the liveness properties after it, or before it the table
   * of all graphs, where a state is a graph and a transition a command that was answered
   */
  readonly task: "search" | "liveness" | "walk" | "graphs";
  /** distinct states (canonical ones if symmetry is used) */
  readonly states: number;
  /** steps computed, those that led to known states included */
  readonly transitions: number;
  /** steps from the initial state */
  readonly depth: number;
  /** states of the current level that are not expanded yet */
  readonly frontier: number;
  /** states found on every level so far */
  readonly levels: readonly number[];
  /** part of the visited set's slots that is used, 0 to 1 */
  readonly fill: number;
  /** bytes held for states, frontier and buffers by all threads */
  readonly bytes: number;
}

/** Why a search ended before it had seen everything. */
export type Stop = "max-states" | "max-depth" | "memory" | "timeout" | "interrupted" | "walks";

/** One step of a trace, and the state after it. */
export interface TraceStep {
  readonly step: Step;
  readonly state: ProgramState;
}

/** A path from the initial state. With `loop`, the last state is that after step number `loop`. */
export interface Trace {
  readonly initial: ProgramState;
  readonly steps: readonly TraceStep[];
  /** null: the trace just ends; else steps from that index on repeat for ever (0: from initial) */
  readonly loop: number | null;
}

/** What was found wrong. */
export interface Finding {
  readonly kind: "property" | "deadlock" | "liveness" | "bounds";
  /** the broken property; `no-deadlock` for deadlocks, `bounds` where the program leaves them */
  readonly property: string;
  /** one line for people */
  readonly message: string;
  readonly trace: Trace;
}

/** What one property was worth in this check. */
export interface PropertyResult {
  readonly name: string;
  readonly promise: "always" | "sometimes" | "eventually";
  /** how often it was judged, over all transitions */
  readonly judged: number;
  readonly outcome: "holds" | "violated" | "undecided" | "never-applies";
}

/** Walks that a check took. */
export interface WalksTaken {
  readonly taken: number;
  /** the options that take the one alone that found something; null: none did */
  readonly again: string | null;
}

/** What an earlier check had done, from whose checkpoint this one went on. */
export interface Before {
  readonly states: number;
  readonly transitions: number;
}

export interface CheckResult {
  /** counted below, but not done by this check; absent or null: nothing */
  readonly before?: Before | null;
  /** absent or null: it searched */
  readonly walks?: WalksTaken | null;
  /**
   * whether every reachable state was seen and expanded; with a reduction every one that may make
   * a difference
   */
  readonly complete: boolean;
  /** whether the counts are those of a search with a partial-order reduction */
  readonly reduced: boolean;
  /** null if nothing stopped it: it is complete, or ended with a finding */
  readonly stopped: Stop | null;
  readonly states: number;
  readonly transitions: number;
  /** longest shortest path from the initial state, in steps */
  readonly depth: number;
  /** every run of up to so many steps was taken; 0 for walks */
  readonly everyRun: number;
  readonly levels: readonly number[];
  /** bytes, at the most */
  readonly peakBytes: number;
  readonly properties: readonly PropertyResult[];
  /** for each coverage item of the program, whether it was taken */
  readonly covered: readonly boolean[];
  readonly findings: readonly Finding[];
}
