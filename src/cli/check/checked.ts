/**
 * Something that can be checked, whatever kind of model it is.
 */
import type { Check } from "../../check/check.ts";
import type { Part } from "../../check/part.ts";
import type { Program } from "../../check/program/program.ts";
import type { Finding } from "../../check/result.ts";

/** A program, and how people speak of it. */
export interface LoweredProgram {
  readonly program: Program;
  /** all of them, those that nobody gave included */
  readonly parameters: Readonly<Record<string, number>>;
  /** `4 clusters, 3 guests` */
  readonly bounds: string;
  /** properties in words */
  readonly statements: ReadonlyMap<string, string>;
  /** writes a finding as a log that replays; null: nothing but the checker can take these steps */
  readonly writeLog: ((path: string, finding: Finding) => void) | null;
  /** why it is only the beginning of a program; absent or null: it is the whole */
  readonly part?: Part | null;
}

/** Where a lowering may stop, by options of the check; null: nowhere. */
export interface LoweringLimits {
  readonly maxStates: number | null;
  readonly maxDepth: number | null;
}

/** A lowering that takes long, under way. */
export interface Lowering extends Omit<Check, "result"> {
  /** What it came to; after `advance` said that it is over. */
  lowered(): LoweredProgram;
}

export interface Checked {
  readonly name: string;
  /** the file that defines it, from the root of the repository */
  readonly source: string;
  readonly mutants: readonly { readonly name: string; readonly statement: string }[];
  /**
   * @param given parameters by name
   * @param mutant one of its mutants; null: the model itself
   * @throws BlockgraphError `bad-argument` for a parameter that is unknown or out of its bounds
   */
  lower(given: ReadonlyMap<string, number>, mutant: string | null): LoweredProgram;
  /** The same, which can be stopped before it has everything; absent: it takes no time. */
  lowering?(
    given: ReadonlyMap<string, number>,
    mutant: string | null,
    limits: LoweringLimits,
  ): Lowering;
}
