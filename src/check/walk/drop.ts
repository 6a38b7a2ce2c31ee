/**
 * Dropping steps of a faulty run that the fault does not need, as delta debugging does: everything
 * that one instance does, then halves, quarters and so on, and at last single steps, until no
 * single step can be dropped.
 *
 * Steps are told by what they mean, not by the states between them: when one is dropped, those
 * that can no longer be taken are dropped with it.
 */
import type { Step } from "../program/state.ts";
import type { FaultyRun, Rerun } from "./rerun.ts";

/** Yields the shortest run so far after each that was tried; the last one is the result. */
export function* dropSteps(first: FaultyRun, rerun: Rerun): Generator<FaultyRun> {
  let run = first;
  const keepShorter = (steps: readonly Step[]): boolean => {
    const tried = rerun.take(steps);
    if (tried === null || tried.steps.length >= run.steps.length) return false;
    run = tried;
    return true;
  };
  for (const who of new Set(first.steps.map(whoOf))) {
    keepShorter(run.steps.filter((step) => whoOf(step) !== who));
    yield run;
  }
  for (let size = Math.ceil(run.steps.length / 2); size >= 1; ) {
    let dropped = false;
    // From the end, for what comes late is needed by little.
    for (let end = run.steps.length; end > 0; ) {
      const begin = Math.max(0, end - size);
      const shorter = keepShorter([...run.steps.slice(0, begin), ...run.steps.slice(end)]);
      dropped ||= shorter;
      end = Math.min(begin, run.steps.length);
      yield run;
    }
    if (size > 1) size = Math.ceil(size / 2);
    else if (!dropped) return;
  }
}

function whoOf({ process, instance }: Step): string {
  return `${process} ${instance}`;
}
