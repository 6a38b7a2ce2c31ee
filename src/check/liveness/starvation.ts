/**
 * A run in which something waits for ever, as a finding with its trace; and what liveness
 * properties were worth.
 */
import { layoutOf } from "../layout.ts";
import { initialState, successorsOf } from "../program/interpret.ts";
import type { Program } from "../program/program.ts";
import type { Finding, PropertyResult, TraceStep } from "../result.ts";
import type { LivenessSearch, Starvation } from "./liveness-search.ts";

/** @throws Error (internal) if the program has no such run */
export function starvationOf(program: Program, starvation: Starvation): Finding {
  const { property, process, instance, stem, loop } = starvation;
  const layout = layoutOf(program);
  const initial = initialState(program);
  const steps: TraceStep[] = [];
  for (const wanted of [...stem.slice(1), ...loop]) {
    const from = steps.at(-1)?.state ?? initial;
    const found = successorsOf(program, from).find(({ state, failure }) => {
      if (failure !== null) return false;
      return layout.pack(state).every((word, index) => (word | 0) === ((wanted[index] ?? 0) | 0));
    });
    if (found === undefined)
      throw new Error(`internal: ${property} is broken by a run that is none`);
    steps.push({ step: found.step, state: found.state });
  }
  const before = stem.length - 1;
  const who = `${process} ${instance} waits for ever`;
  const message =
    loop.length === 0
      ? `${who} after step ${before}: nobody has to take a step any more`
      : `${who}: steps ${before + 1} to ${steps.length} repeat, and everybody has a turn`;
  return { kind: "liveness", property, message, trace: { initial, steps, loop: before } };
}

/**
 * @param search null: there was none, because something else was found or stopped the check before,
 *   or because the graph is too large to be looked at without being asked
 */
export function livenessResults(
  program: Program,
  search: LivenessSearch | null,
  asked: "auto" | "on" | "off",
): PropertyResult[] {
  if (asked === "off" || (search === null && asked === "auto")) return [];
  if (search !== null && !search.complete && search.tooLarge && asked === "auto") return [];
  const names = [...new Set(program.liveness.map(({ property }) => property))];
  return names.map((name) => {
    const violated = search?.found.some(({ property }) => property === name) === true;
    const judged = search?.pendingStates(name) ?? 0;
    const done = search?.complete === true;
    const outcome = violated
      ? "violated"
      : !done
        ? "undecided"
        : judged > 0
          ? "holds"
          : "never-applies";
    return { name, promise: "eventually", judged, outcome };
  });
}
