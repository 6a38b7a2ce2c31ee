/**
 * Making the steps of a faulty run simpler: smaller numbers in place of larger ones, first wherever
 * a number is chosen under a name, then one by one; and low instances in place of high ones.
 */
import type { Step } from "../program/state.ts";
import type { FaultyRun, Rerun } from "./rerun.ts";

/** Yields the simplest run so far after each that was tried; none is longer than the first. */
export function* simplifySteps(first: FaultyRun, rerun: Rerun): Generator<FaultyRun> {
  let run = first;
  for (let again = true; again; ) {
    again = false;
    for (const steps of candidates(run.steps)) {
      const tried = rerun.take(steps);
      if (tried !== null && isSimpler(tried.steps, run.steps)) {
        run = tried;
        again = true;
      }
      yield run;
      if (again) break;
    }
  }
}

/** Fewer steps, or as many with smaller numbers. */
function isSimpler(steps: readonly Step[], than: readonly Step[]): boolean {
  if (steps.length !== than.length) return steps.length < than.length;
  return weight(steps) < weight(than);
}

function weight(steps: readonly Step[]): number {
  return steps.reduce((sum, { instance, choices }) => {
    return Object.values(choices).reduce((part, value) => part + value, sum + instance);
  }, 0);
}

function* candidates(steps: readonly Step[]): Generator<Step[]> {
  for (const [process, most] of highest(steps.map((step) => [step.process, step.instance]))) {
    for (let high = most; high > 0; high--) {
      for (let low = 0; low < high; low++) yield swapInstances(steps, process, low, high);
    }
  }
  const chosen = steps.flatMap(({ choices }) => Object.entries(choices));
  for (const [local, most] of highest(chosen)) {
    for (let value = most; value > 0; value--) {
      for (let less = 0; less < value; less++) {
        yield steps.map((step) => withChoice(step, local, (was) => (was === value ? less : was)));
        // Both numbers may be needed, the smaller one for what the larger one stands for now.
        yield steps.map((step) =>
          withChoice(step, local, (was) => (was === value ? less : was === less ? value : was)),
        );
      }
    }
  }
  for (const [index, { choices }] of steps.entries()) {
    for (const [local, value] of Object.entries(choices)) {
      for (let less = 0; less < value; less++) {
        yield steps.map((step, at) => (at === index ? withChoice(step, local, () => less) : step));
      }
    }
  }
}

/** For each name the highest number beside it. */
function highest(pairs: readonly (readonly [string, number])[]): Map<string, number> {
  const most = new Map<string, number>();
  for (const [name, value] of pairs) most.set(name, Math.max(value, most.get(name) ?? 0));
  return most;
}

function swapInstances(steps: readonly Step[], process: string, one: number, other: number) {
  return steps.map((step): Step => {
    if (step.process !== process) return step;
    const { instance } = step;
    return { ...step, instance: instance === one ? other : instance === other ? one : instance };
  });
}

function withChoice(step: Step, local: string, change: (was: number) => number): Step {
  const was = step.choices[local];
  if (was === undefined) return step;
  return { ...step, choices: { ...step.choices, [local]: change(was) } };
}
