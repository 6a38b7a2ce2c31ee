/**
 * From what a check found to its verdict.
 *
 * It *holds* only if every reachable state was seen, nothing was found, and every property had
 * something to say. Anything less is *undecided*, with the reason and the remedy in one line.
 */
import type { CheckResult, Stop } from "../../check/result.ts";
import type { Verdict } from "../verdict.ts";
import { counted } from "./numbers.ts";

export interface CheckVerdict {
  readonly verdict: Verdict;
  /** one line: why it is not a plain `holds`; null where it is */
  readonly problem: string | null;
}

/** What each limit is called on the command line, and what helps when it is reached. */
const REMEDIES: Readonly<Record<Stop, string>> = {
  "max-states": "--max-states was reached; raise it, or check smaller bounds",
  "max-depth": "--max-depth was reached; raise it to see longer runs",
  memory: "the memory was used up; raise --memory, check smaller bounds, or try --swarm",
  timeout: "--timeout was reached; raise it, or check smaller bounds",
  interrupted: "it was interrupted; run it again to the end",
  walks: "walks at random find faults but cannot show that there are none; check smaller bounds",
};

/** The verdict of a check. */
export function checkVerdict(result: CheckResult): CheckVerdict {
  const { findings, properties, complete, stopped } = result;
  const found = findings.find(({ kind }) => kind !== "bounds");
  if (found !== undefined) {
    return { verdict: "violated", problem: `${found.property} in ${stepsOf(found.trace)}` };
  }
  const outside = findings[0];
  if (outside !== undefined) return undecided(`the model leaves its bounds: ${outside.message}`);
  const missing = properties.find(({ outcome }) => outcome === "violated");
  if (missing !== undefined) {
    return { verdict: "violated", problem: `${missing.name} is true in no reachable state` };
  }
  if (stopped !== null) return undecided(`${REMEDIES[stopped]}${seenText(result)}`);
  if (!complete) return undecided("the search did not come to its end");
  if (properties.length === 0) return undecided("there is no property to judge");
  const open = properties.filter(({ outcome }) => outcome === "undecided");
  if (open.length > 0) {
    const names = open.map(({ name }) => name).join(", ");
    const remedy = "raise --memory, or check smaller bounds";
    return undecided(`all states were seen, but their graph is too large for ${names}; ${remedy}`);
  }
  const silent = properties.filter(({ outcome }) => outcome === "never-applies");
  if (silent.length === 0) return { verdict: "holds", problem: null };
  const names = silent.map(({ name }) => name).join(", ");
  return undecided(`nothing that happens in these bounds is about ${names}; raise the bounds`);
}

function undecided(problem: string): CheckVerdict {
  return { verdict: "undecided", problem };
}

function stepsOf({ steps }: { readonly steps: readonly unknown[] }): string {
  return counted(steps.length, "step");
}

/**
 * What a search that stopped early shows nevertheless: it takes all runs at the same pace. Walks
 * do not.
 */
function seenText({ everyRun }: CheckResult): string {
  if (everyRun < 1) return "";
  return `; every run of up to ${counted(everyRun, "step")} was taken`;
}
