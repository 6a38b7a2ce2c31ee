/**
 * What each property of a program was worth in a check.
 *
 * Silence is no consent: a property that must always hold and that nothing was ever about has not
 * been shown to hold, and something that is to be reachable and is not, although everything
 * reachable was seen, is violated.
 */
import { NO_DEADLOCK } from "./only-properties.ts";
import type { Program } from "./program/program.ts";
import type { Finding, PropertyResult } from "./result.ts";

/** What a search says about properties. */
export interface PropertyEvidence {
  /** whether every reachable state was seen and expanded */
  readonly complete: boolean;
  /** by number of the program's property, how often it applied */
  readonly judged: readonly number[];
  /** states that were seen */
  readonly states: number;
  readonly findings: readonly Pick<Finding, "property">[];
}

/** A result for each property, in the program's order, and one for `no-deadlock`. */
export function propertyResults(program: Program, evidence: PropertyEvidence): PropertyResult[] {
  const { complete, findings, states } = evidence;
  const violated = new Set(findings.map(({ property }) => property));
  const results = program.properties.map(({ name, promise }, number): PropertyResult => {
    const judged = evidence.judged[number] ?? 0;
    const outcome = violated.has(name) ? "violated" : OUTCOMES[promise](judged > 0, complete);
    return { name, promise, judged, outcome };
  });
  if (isAlwaysFinal(program)) return results;
  const dead = violated.has(NO_DEADLOCK);
  const outcome = dead ? "violated" : complete ? "holds" : "undecided";
  return [...results, { name: NO_DEADLOCK, promise: "always", judged: states, outcome }];
}

const OUTCOMES = {
  always(applied: boolean, complete: boolean): PropertyResult["outcome"] {
    if (!complete) return "undecided";
    return applied ? "holds" : "never-applies";
  },
  sometimes(applied: boolean, complete: boolean): PropertyResult["outcome"] {
    if (applied) return "holds";
    return complete ? "violated" : "undecided";
  },
};

/** Where every state may be the last one there is no deadlock to speak of. */
function isAlwaysFinal({ final }: Program): boolean {
  return final.kind === "constant" && final.value !== 0;
}
