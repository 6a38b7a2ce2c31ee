/**
 * All that a search may not lose when it leaves out steps, found by the plainest search there is.
 */
import { compileProgram } from "../../../src/check/compile/compile.ts";
import { instantiate } from "../../../src/check/compile/instantiate.ts";
import type { Program } from "../../../src/check/program/program.ts";
import type { Reduction } from "../../../src/check/reduce/reduction.ts";

export interface Outcome {
  /** states in which nobody can step, sorted */
  readonly ends: readonly string[];
  /** properties that some step or state violates */
  readonly violated: readonly string[];
  /** properties that apply somewhere */
  readonly judged: readonly string[];
  readonly failures: readonly string[];
  /** coverage items that are taken */
  readonly covered: readonly number[];
}

/** @returns null if there are more states than `most` */
export function outcomeOf(
  program: Program,
  reduction: Reduction | null,
  most: number,
): { readonly states: number; readonly outcome: Outcome } | null {
  const { kernel } = compileProgram(program, { symmetry: false, coverage: true, reduction });
  const runnable = instantiate(kernel);
  const seen = new Set([kernel.initial.join()]);
  const ends = new Set<string>();
  const [violated, judged, failures, covered] = [0, 1, 2, 3].map(() => new Set<number>());
  const states = [kernel.initial];
  for (const state of states) {
    if (states.length > most) return null;
    const expansion = runnable.successors(state);
    const inspected = kernel.inspects ? [runnable.inspect(state)] : [];
    for (const each of [expansion, ...inspected]) {
      for (const property of each.violated) violated?.add(property);
      for (const failure of each.failures) failures?.add(failure);
      for (const [property, times] of each.judged.entries()) if (times > 0) judged?.add(property);
      for (const [item, taken] of each.covered.entries()) if (taken) covered?.add(item);
    }
    if (expansion.successors.length === 0) ends.add(state.join());
    for (const successor of expansion.successors) {
      const key = successor.join();
      if (seen.has(key)) continue;
      seen.add(key);
      states.push(successor);
    }
  }
  const numbers = (set: ReadonlySet<number> | undefined) => [...(set ?? [])].sort((a, b) => a - b);
  const names = (set: ReadonlySet<number> | undefined, list: readonly string[]) =>
    numbers(set).map((index) => list[index] ?? "");
  return {
    states: states.length,
    outcome: {
      ends: [...ends].sort(),
      violated: names(violated, kernel.properties),
      judged: names(judged, kernel.properties),
      failures: names(failures, kernel.failures),
      covered: numbers(covered),
    },
  };
}
