/** Traces are concrete runs, also where the search has seen canonical states only. */
import { expect, test } from "vitest";
import { compileProgram } from "../../../src/check/compile/compile.ts";
import { instantiate } from "../../../src/check/compile/instantiate.ts";
import { initialState, successorsOf } from "../../../src/check/program/interpret.ts";
import { traceOf } from "../../../src/check/trace.ts";
import { fleece } from "../support/programs.ts";

const PROGRAM = fleece({
  clusters: 3,
  guests: 2,
  readers: 2,
  values: 2,
  drains: false,
  symmetric: true,
});

/** Canonical states of a shortest way to a state from which a step breaks a property. */
function pathToViolation(symmetry: boolean) {
  const compiled = compileProgram(PROGRAM, { symmetry, coverage: false });
  const runnable = instantiate(compiled.kernel);
  const paths = [[compiled.kernel.initial]];
  const seen = new Set<string>();
  for (const path of paths) {
    const { successors, violated } = runnable.successors(path.at(-1) ?? []);
    if (violated.length > 0) return { compiled, path };
    for (const next of successors) {
      if (seen.has(next.join())) continue;
      seen.add(next.join());
      paths.push([...path, next]);
    }
  }
  throw new Error("nothing is violated");
}

test.each([false, true])("a counterexample replays step by step, symmetry %s", (symmetry) => {
  const { compiled, path } = pathToViolation(symmetry);
  const trace = traceOf(PROGRAM, compiled, path, { property: "point-in-time" });
  expect(trace.initial).toEqual(initialState(PROGRAM));
  expect(trace.steps).toHaveLength(7);
  let state = trace.initial;
  for (const { step, state: after } of trace.steps) {
    const taken = successorsOf(PROGRAM, state).find(
      (successor) => JSON.stringify(successor.step) === JSON.stringify(step),
    );
    expect(taken?.state).toEqual(after);
    state = after;
  }
  expect(trace.steps.at(-1)?.step).toMatchObject({ process: "reader", node: "reading disk" });
  expect(trace.steps[0]?.step.text).toMatch(/^(guest|reader) \d chooses cluster \d$/);
});

test("a path that the program does not have is an internal error", () => {
  const { compiled, path } = pathToViolation(true);
  const broken = [...path.slice(0, 2), compiled.kernel.initial.map(() => -1)];
  expect(() => traceOf(PROGRAM, compiled, broken, null)).toThrow(/internal: .* no step number 2/);
  expect(() => traceOf(PROGRAM, compiled, path.slice(1), null)).toThrow(/does not begin/);
});
