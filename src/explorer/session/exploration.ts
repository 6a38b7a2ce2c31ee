/**
 * What somebody who explores sees of a state, whatever is explored: a model, or a log.
 */
import type { PropertyStatus } from "../../report/site/player-trace.ts";

/** Something that can happen next. */
export interface EnabledStep {
  /** position in the list of the state's steps, by which it is taken */
  readonly index: number;
  /** who does it: `guest 1` */
  readonly who: string;
  /** what is done, without saying again by whom */
  readonly what: string;
  /** the state that it was found to lead to before; null: nobody took it yet */
  readonly visited: number | null;
  /** properties that are broken by it */
  readonly breaks: readonly string[];
  /** why it leads nowhere: the model leaves its bounds; null: it leads somewhere */
  readonly dead: string | null;
}

/** What a property says after the steps up to a state. */
export interface PropertyView {
  readonly name: string;
  readonly statement: string;
  readonly status: PropertyStatus;
  /** what broke it, in one line; empty unless violated */
  readonly why: string;
}

/** A value of the state, as counterexamples print it. */
export interface Fact {
  /** `guest 1`, `cluster[2]` */
  readonly what: string;
  readonly value: string;
  /** what it was before the last step; null: the same */
  readonly before: string | null;
}

export interface StateView {
  readonly id: number;
  readonly parent: number | null;
  readonly depth: number;
  /** how it was reached: `guest 1 claims`; empty: it is the beginning */
  readonly reached: string;
  readonly steps: readonly EnabledStep[];
  readonly properties: readonly PropertyView[];
  readonly facts: readonly Fact[];
  /** what a reader should know besides: that nothing can happen any more, and whether that is so */
  readonly notices: readonly string[];
}

/** A state of the tree, without what takes time to find out. */
export interface TreeView {
  readonly id: number;
  readonly parent: number | null;
  readonly reached: string;
  /** properties that are violated there or were before */
  readonly violated: readonly string[];
}

export interface Exploration {
  /** @throws BlockgraphError `bad-argument` if nobody was there */
  view(id: number): StateView;
  tree(): readonly TreeView[];
  /**
   * Takes a step from a state.
   * @returns the state that it leads to
   * @throws BlockgraphError `bad-argument` for a step that the state does not have
   */
  take(from: number, step: number): number;
}
