/**
 * Looks for the shortest way to a state that satisfies a condition, in a thread of its own.
 */
import type { Program } from "../../check/program/program.ts";
import type { CheckResult, Progress, Stop, Trace } from "../../check/result.ts";
import type { Condition } from "../condition/condition.ts";
import { CONDITION, conditionProgram } from "../condition/condition-program.ts";
import { BackgroundSearch } from "./background-search.ts";

/** How much of the machine it may have. */
export interface SearchLimits {
  readonly threads: number;
  /** bytes */
  readonly memory: number;
}

export type FoundCondition =
  | { readonly kind: "found"; readonly trace: Trace; readonly states: number }
  /** no reachable state satisfies it: all of them were seen */
  | { readonly kind: "nowhere"; readonly states: number }
  /** it ended before: why, and how many steps every way was followed */
  | {
      readonly kind: "stopped";
      readonly reason: Stop | "bounds";
      readonly states: number;
      readonly depth: number;
    };

export interface ConditionSearch {
  readonly search: BackgroundSearch;
  readonly found: Promise<FoundCondition>;
}

export function findCondition(
  program: Program,
  condition: Condition,
  limits: SearchLimits,
  tell: (progress: Progress) => void,
): ConditionSearch {
  const options = {
    ...NOTHING_ELSE,
    ...limits,
  };
  const search = new BackgroundSearch(
    { program: conditionProgram(program, condition), options },
    tell,
  );
  const found = search.result.then(foundIn);
  found.catch(() => {});
  return { search, found };
}

/** No symmetry and no reduction: see condition-program.ts. */
const NOTHING_ELSE = {
  symmetry: false,
  reduction: null,
  liveness: "off",
  coverage: false,
  maxStates: null,
  maxDepth: null,
  walk: null,
  checkpoint: null,
  resume: null,
} as const;

function foundIn({ findings, complete, stopped, states, everyRun }: CheckResult): FoundCondition {
  const finding = findings.find(({ property }) => property === CONDITION);
  if (finding !== undefined) return { kind: "found", trace: finding.trace, states };
  if (complete) return { kind: "nowhere", states };
  return { kind: "stopped", reason: stopped ?? "bounds", states, depth: everyRun };
}
