/**
 * Looks for the shortest way to a state that satisfies a condition, in a thread of its own.
 */
import type { Program } from "../../check/program/program.ts";
import type { ProgramState } from "../../check/program/state.ts";
import type { CheckResult, Progress, Stop, Trace } from "../../check/result.ts";
import type { Condition } from "../condition/condition.ts";
import { CONDITION, conditionProgram } from "../condition/condition-program.ts";
import { BackgroundSearch } from "./background-search.ts";
import type { SearchTask } from "./worker.ts";

/** How much of the machine it may have. */
export interface SearchLimits {
  readonly threads: number;
  /** bytes */
  readonly memory: number;
}

/** What a search saw. */
interface Seen {
  /** states; those that differ by such symmetries count as one */
  readonly states: number;
  /** names of the symmetries that the search made use of */
  readonly symmetries: readonly string[];
}

export type FoundCondition = Seen &
  (
    | {
        readonly kind: "found";
        /** the way there, from the state that the search began with */
        readonly trace: Trace;
      }
    /** no state that can be reached from there satisfies it: all were seen, up to that depth */
    | { readonly kind: "nowhere"; readonly depth: number }
    /** it ended before: why, and how many steps every way was followed */
    | { readonly kind: "stopped"; readonly reason: Stop | "bounds"; readonly depth: number }
  );

export interface ConditionSearch {
  readonly search: BackgroundSearch;
  readonly found: Promise<FoundCondition>;
}

/** @param from the state that it begins with */
export function findCondition(
  program: Program,
  { condition, from }: { readonly condition: Condition; readonly from: ProgramState },
  limits: SearchLimits,
  tell: (progress: Progress) => void,
): ConditionSearch {
  const task = conditionTask(program, { condition, from }, limits);
  const search = new BackgroundSearch(task, tell);
  const found = search.result.then((result) => foundIn(task, result));
  found.catch(() => {});
  return { search, found };
}

/** What a search for a condition checks. */
export function conditionTask(
  program: Program,
  { condition, from }: { readonly condition: Condition; readonly from: ProgramState },
  limits: SearchLimits,
): SearchTask {
  const searched = conditionProgram(program, condition, from);
  const symmetry = searched.symmetries.length > 0;
  return { program: searched, options: { ...NOTHING_ELSE, ...limits, symmetry } };
}

/** No reduction: see condition-program.ts. */
const NOTHING_ELSE = {
  reduction: null,
  liveness: "off",
  coverage: false,
  maxStates: null,
  maxDepth: null,
  walk: null,
  checkpoint: null,
  resume: null,
} as const;

/** What a search for a condition came to. */
export function foundIn({ program }: SearchTask, result: CheckResult): FoundCondition {
  const { findings, complete, stopped, states, depth, everyRun } = result;
  const finding = findings.find(({ property }) => property === CONDITION);
  const seen = { states, symmetries: program.symmetries.map(({ name }) => name) };
  if (finding !== undefined) return { kind: "found", trace: finding.trace, ...seen };
  if (complete) return { kind: "nowhere", depth, ...seen };
  return { kind: "stopped", reason: stopped ?? "bounds", depth: everyRun, ...seen };
}
