/**
 * From packed states to a trace that people and the simulator can follow.
 *
 * The search knows the states of a path in their canonical form only. A concrete run along it is
 * found by stepping the slow interpreter from the concrete initial state, and taking at each step a
 * successor whose canonical form is the next one: thereby the renumbering of interchangeable things
 * is kept, and every step follows from the one before.
 */
import { instantiate, type RunnableKernel } from "./compile/instantiate.ts";
import type { Kernel } from "./kernel.ts";
import type { Layout } from "./layout.ts";
import { initialState, successorsOf } from "./program/interpret.ts";
import type { Program } from "./program/program.ts";
import type { ProgramState, Successor } from "./program/state.ts";
import type { Trace, TraceStep } from "./result.ts";

/**
 * @param path packed canonical states from the initial one on
 * @param last a property that a further step from the path's end violates, or `bounds` for one that
 *   leaves the program's bounds; null: the trace ends with the path
 * @throws Error (internal) if the program has no such run
 */
export function traceOf(
  program: Program,
  compiled: { readonly kernel: Kernel; readonly layout: Layout },
  path: readonly (readonly number[])[],
  last: { readonly property: string } | null,
): Trace {
  const runnable = instantiate(compiled.kernel);
  const initial = initialState(program);
  const first = path[0];
  if (first === undefined || !isSame(canonical(initial, compiled.layout, runnable), first)) {
    throw new Error(`internal: a path of ${program.name} does not begin with its initial state`);
  }
  const steps: TraceStep[] = [];
  const take = (fits: (successor: Successor) => boolean) => {
    const from = steps.at(-1)?.state ?? initial;
    const found = successorsOf(program, from).find(fits);
    if (found === undefined) {
      throw new Error(
        `internal: ${program.name} has no step number ${steps.length + 1} that a path of the ` +
          "search tells of; please report this",
      );
    }
    steps.push({ step: found.step, state: found.state });
  };
  for (const wanted of path.slice(1)) {
    take(
      ({ state, failure }) =>
        failure === null && isSame(canonical(state, compiled.layout, runnable), wanted),
    );
  }
  if (last !== null) take((successor) => breaks(successor, last.property));
  return { initial, steps, loop: null };
}

function breaks({ judgements, failure }: Successor, property: string): boolean {
  if (failure !== null) return property === "bounds";
  return judgements.some((judgement) => judgement.property === property && judgement.violated);
}

function canonical(state: ProgramState, layout: Layout, runnable: RunnableKernel): number[] {
  return runnable.present(layout.pack(state));
}

function isSame(left: readonly number[], right: readonly number[]): boolean {
  return left.every((word, index) => word === ((right[index] ?? 0) | 0));
}
