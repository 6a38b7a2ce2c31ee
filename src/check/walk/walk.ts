/**
 * A walk: one seeded way through the states of a program, that knows how it came to where it is.
 */
import type { Schedule } from "../../system/schedule.ts";
import type { Expander } from "./expander.ts";

/** What a walk is given. */
export interface WalkPlan {
  /** the initial state */
  readonly initial: readonly number[];
  readonly expander: Expander;
  readonly picks: Schedule;
  /** states so many steps from the initial one are not expanded */
  readonly maxDepth: number;
}

export interface Walk {
  /** Goes on for about so many transitions. @returns false: it is over, or found something */
  advance(transitions: number): boolean;
  /** steps computed, taken or not */
  readonly transitions: number;
  /** states that were expanded; a walk at random may come to one again and again */
  readonly expanded: number;
  /** steps from the initial state, at the most */
  readonly depth: number;
  /** states that are known to be distinct; 0: it does not know */
  readonly states: number;
  /** of its path */
  readonly bytes: number;
  /** packed states from the initial one to the one that was expanded last */
  path(): number[][];
}
