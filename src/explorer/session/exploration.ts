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

/** What a property says of a state, and of the way there. */
export interface PropertyView {
  readonly name: string;
  readonly statement: string;
  /** never violated; true somewhere; true at last, which no single state can tell */
  readonly promise: "always" | "sometimes" | "eventually";
  /** of the way: `not judged` as long as nothing that happened was about it */
  readonly status: PropertyStatus;
  /** of the state and the step that led there; null: it is not about them */
  readonly here: "holds" | "violated" | null;
  /** what broke it, in one line; where it was true first, if it is to be true somewhere */
  readonly why: string;
  /** what its violation is due to; empty if it is not violated, or if no single value decides */
  readonly causes: readonly Cause[];
}

/** A value to which a violation is due. */
export interface Cause {
  /** `reader 1`, `disk[0]` */
  readonly what: string;
  readonly value: string;
  /** other values with each of which the property would hold; empty: none is known */
  readonly instead: readonly string[];
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
  /**
   * how it was reached: `guest 1 claims`; of the state where it begins: the record of the log after
   * which that is, empty if it is the beginning
   */
  readonly reached: string;
  readonly steps: readonly EnabledStep[];
  readonly properties: readonly PropertyView[];
  readonly facts: readonly Fact[];
  /** what a reader should know besides: that nothing can happen any more, and whether that is so */
  readonly notices: readonly string[];
  /** what somebody calls it; null: nobody gave it a name */
  readonly name: string | null;
}

/** A state of the tree, without what takes time to find out. */
export interface TreeView {
  readonly id: number;
  readonly parent: number | null;
  readonly reached: string;
  /** properties that are violated there or were before */
  readonly violated: readonly string[];
  readonly name: string | null;
  /** stands for the step that led there: see {@link Exploration.follow} */
  readonly code: string;
}

/** How far a trail could be followed. */
export interface Followed {
  /** the state where it ends, or the last one of it that can be reached */
  readonly state: number;
  /** steps of it that were taken */
  readonly taken: number;
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
  /**
   * Takes the steps of a trail, as far as they can be taken. Codes say what a step does and not
   * where it stands in a list, so a trail of the same model with other bounds can be followed too.
   * @param codes of the states after the beginning, in their order
   */
  follow(codes: readonly string[]): Followed;
  /** @param name null: none any more @throws BlockgraphError `bad-argument` if nobody was there */
  rename(id: number, name: string | null): void;
  /**
   * Takes a state out of the tree, with all that was reached from it.
   * @returns the state that it was reached from
   * @throws BlockgraphError `bad-argument` for the beginning, or if nobody was there
   */
  remove(id: number): number;
}
