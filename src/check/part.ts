/**
 * What a check of the beginning of a program is worth, where the rest was never made.
 *
 * What it found is so. What it did not find may come later: nothing holds because of it, whatever
 * the search itself saw.
 */
import type { CheckResult, PropertyResult, Stop } from "./result.ts";

/** Why there is no more of a program. */
export interface Part {
  readonly stopped: Stop;
  /** every run of up to so many steps is in it */
  readonly everyRun: number;
}

/** The result for the whole, of a check of that part. */
export function resultOfPart(result: CheckResult, part: Part): CheckResult {
  const found = new Set(result.findings.map(({ property }) => property));
  const judged = (property: PropertyResult): PropertyResult => {
    const { name, promise } = property;
    const isKnown = found.has(name) || (promise === "sometimes" && property.judged > 0);
    return isKnown ? property : { ...property, outcome: "undecided" };
  };
  return {
    ...result,
    complete: false,
    stopped: found.size > 0 ? result.stopped : part.stopped,
    everyRun: Math.min(result.everyRun, part.everyRun),
    properties: result.properties.map(judged),
  };
}
