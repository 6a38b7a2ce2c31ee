/**
 * Small programs that tests explore: a sketch, the same with a mutant, and a model with a graph.
 */
import type { Program } from "../../../src/check/program/program.ts";
import type { LoweredProgram } from "../../../src/cli/check/checked.ts";
import { findChecked } from "../../../src/cli/check/find-checked.ts";

function lowered(name: string, mutant: string | null, bounds: Record<string, number> = {}) {
  return findChecked(name).lower(new Map(Object.entries(bounds)), mutant);
}

export const SKETCH: LoweredProgram = lowered("fleece", null);
export const BROKEN_SKETCH: LoweredProgram = lowered("fleece", "guest-does-not-drain");
/** the same with one cluster only */
export const SMALL_SKETCH: LoweredProgram = lowered("fleece", null, { clusters: 1 });
/** one request each: some thousand states */
export const MODEL: LoweredProgram = lowered("break-snapshot-race", null, { requests: 1 });

export const PROGRAMS: ReadonlyMap<string, Program> = new Map(
  Object.entries({ SKETCH, BROKEN_SKETCH, MODEL }).map(([name, { program }]) => [name, program]),
);
