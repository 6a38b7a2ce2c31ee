/**
 * A state of a program outside of the packed form: what people, traces and the slow interpreter
 * read.
 */

export interface ProgramState {
  /** elements of every field, by its name */
  readonly fields: Readonly<Record<string, readonly number[]>>;
  /** for every process, the rest at which each instance stands */
  readonly nodes: Readonly<Record<string, readonly string[]>>;
}

/** A step: who took which alternative where, and what was chosen. */
export interface Step {
  readonly process: string;
  readonly instance: number;
  /** the rest that it left */
  readonly node: string;
  readonly alternative: string;
  /** chosen values by local */
  readonly choices: Readonly<Record<string, number>>;
  /** for people */
  readonly text: string;
}

/** What a property said about a step. */
export interface Judgement {
  readonly property: string;
  readonly violated: boolean;
}

/** A step, and where it leads. */
export interface Successor {
  readonly step: Step;
  readonly state: ProgramState;
  readonly judgements: readonly Judgement[];
  /** indices into the program's coverage */
  readonly covered: readonly number[];
  /** the program left its bounds; null: it did not */
  readonly failure: string | null;
}
