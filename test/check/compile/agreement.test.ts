/**
 * The compiled kernel does what the slow interpreter does: same successors in the same order, same
 * judgements, coverage, failures and final states, on states that random walks come by.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Compiled, compileProgram } from "../../../src/check/compile/compile.ts";
import { instantiate } from "../../../src/check/compile/instantiate.ts";
import {
  initialState,
  inspectState,
  isFinal,
  successorsOf,
} from "../../../src/check/program/interpret.ts";
import type { Program } from "../../../src/check/program/program.ts";
import type { Judgement, ProgramState } from "../../../src/check/program/state.ts";
import { fleece, tabledFleece } from "../support/programs.ts";
import { anyProgram } from "../support/random-program.ts";

const BOUNDS = { clusters: 3, guests: 2, readers: 2, values: 3 };

/** What both say about a state, in the same form. */
function compareAt(
  program: Program,
  { kernel, layout }: Compiled,
  runnable: ReturnType<typeof instantiate>,
  state: ProgramState,
): ProgramState[] {
  const packed = layout.pack(state);
  expect(layout.unpack(packed)).toEqual(state);
  const slow = successorsOf(program, state);
  const good = slow.filter(({ failure }) => failure === null);
  const fast = runnable.successors(packed);
  expect(fast.successors).toEqual(good.map((successor) => layout.pack(successor.state)));
  const failures = slow.flatMap(({ failure }) => (failure === null ? [] : [failure]));
  expect(fast.failures.map((failure) => kernel.failures[failure])).toEqual(failures);
  const judgements = slow.flatMap((successor) => successor.judgements);
  expect([fast.judged, fast.violated]).toEqual(tally(program, judgements));
  const covered = new Set(slow.flatMap((successor) => successor.covered));
  expect(fast.covered).toEqual(program.coverage.map((_, index) => covered.has(index)));
  expect(runnable.isFinal(packed)).toBe(isFinal(program, state));
  const inspected = runnable.inspect(packed);
  expect([inspected.judged, inspected.violated]).toEqual(
    tally(program, inspectState(program, state)),
  );
  return good.map((successor) => successor.state);
}

function tally(program: Program, judgements: readonly Judgement[]): [number[], number[]] {
  const names = program.properties.map(({ name }) => name);
  const judged = names.map((name) => judgements.filter((of) => of.property === name).length);
  const violated = judgements.filter((of) => of.violated).map((of) => names.indexOf(of.property));
  return [judged, violated];
}

/** Compares along a walk; at each state the next number decides where it goes. */
function walk(program: Program, choices: readonly number[]): void {
  const compiled = compileProgram(program, { symmetry: false, coverage: true });
  const runnable = instantiate(compiled.kernel);
  let state = initialState(program);
  expect(compiled.kernel.initial).toEqual(compiled.layout.pack(state));
  for (const choice of choices) {
    const next = compareAt(program, compiled, runnable, state);
    state = next[choice % Math.max(1, next.length)] ?? initialState(program);
  }
}

const choices = fc.array(fc.nat(1000), { minLength: 1, maxLength: 12 });

test("a random program steps alike compiled and interpreted", () => {
  fc.assert(fc.property(anyProgram, choices, walk), { numRuns: 400 });
});

test.each([
  ["the yardstick", fleece(BOUNDS)],
  ["the yardstick without its drain", fleece({ ...BOUNDS, drains: false })],
  ["the yardstick with a table", tabledFleece(BOUNDS)],
])("%s steps alike compiled and interpreted", (_, program) => {
  const long = fc.array(fc.nat(1000), { minLength: 40, maxLength: 60 });
  fc.assert(
    fc.property(long, (steps) => walk(program, steps)),
    { numRuns: 20 },
  );
});
