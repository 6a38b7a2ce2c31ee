/**
 * A kernel made runnable in the simplest way, for whoever is in no hurry: the initial state, traces
 * and tests. The search puts its own functions before the text instead.
 */
import type { Kernel } from "../kernel.ts";

/** What a kernel says about one state. */
export interface Expansion {
  /** states, in the kernel's order */
  readonly successors: readonly (readonly number[])[];
  /** how often each property was judged */
  readonly judged: readonly number[];
  /** numbers of the properties that were broken, in order */
  readonly violated: readonly number[];
  /** for each coverage item, whether it was taken */
  readonly covered: readonly boolean[];
  /** numbers of the failures, in order */
  readonly failures: readonly number[];
}

export interface RunnableKernel {
  successors(state: readonly number[]): Expansion;
  inspect(state: readonly number[]): Expansion;
  isFinal(state: readonly number[]): boolean;
  /** the canonical form */
  present(state: readonly number[]): number[];
}

/** The functions of a kernel's text. */
interface KernelFunctions {
  successors(...words: readonly number[]): number;
  isFinal(...words: readonly number[]): boolean;
  inspect(...words: readonly number[]): void;
  present(...words: readonly number[]): void;
}

const NAMES = ["emit", "judged", "violate", "covered", "fail"];

export function instantiate(kernel: Kernel): RunnableKernel {
  const judged = new Float64Array(kernel.properties.length);
  const covered = new Uint8Array(kernel.coverage);
  const emitted: number[][] = [];
  const violated: number[] = [];
  const failures: number[] = [];
  const make = new Function(
    ...NAMES,
    `"use strict";\n${kernel.source}\nreturn { successors, isFinal, inspect, present };`,
  );
  const functions: KernelFunctions = make(
    (...words: number[]) => emitted.push(words.map((word) => word | 0)),
    judged,
    (property: number) => violated.push(property),
    covered,
    (failure: number) => failures.push(failure),
  );
  const expand = (run: () => void): Expansion => {
    judged.fill(0);
    covered.fill(0);
    for (const list of [emitted, violated, failures]) list.length = 0;
    run();
    return {
      successors: [...emitted],
      judged: [...judged],
      violated: [...violated],
      covered: [...covered].map((taken) => taken === 1),
      failures: [...failures],
    };
  };
  return {
    successors: (state) => expand(() => functions.successors(...state)),
    inspect: (state) => expand(() => functions.inspect(...state)),
    isFinal: (state) => functions.isFinal(...state),
    present: (state) => [...(expand(() => functions.present(...state)).successors[0] ?? [])],
  };
}
