/**
 * One mutant, searched until something notices it.
 */
import { startCheck } from "../../check/check.ts";
import { onlyProperties } from "../../check/only-properties.ts";
import type { Program } from "../../check/program/program.ts";
import type { CheckResult } from "../../check/result.ts";
import { perform } from "../check/perform.ts";

/** bytes that a search of a mutant may use */
const MEMORY = 2 ** 29;

export interface Tried {
  /** the property that noticed; null: none did */
  readonly caughtBy: string | null;
  readonly steps: number | null;
  readonly states: number;
  readonly complete: boolean;
  readonly seconds: number;
}

/**
 * @param only the one property that is asked; null: all of them
 * @param maxStates where the search gives up
 */
export async function tryMutant(
  name: string,
  program: Program,
  only: string | null,
  maxStates: number | null,
): Promise<Tried> {
  const asked = only === null ? program : onlyProperties(program, new Set([only]));
  const symmetry = asked.symmetries.length > 0;
  const check = startCheck(asked, {
    ...{
      symmetry,
      coverage: false,
      liveness: "auto",
      threads: 1,
      maxStates,
      maxDepth: null,
      memory: MEMORY,
    },
    ...{ walk: null, checkpoint: null, resume: null },
  });
  const { all: seconds } = await perform(check, { name, timeout: null, jsonProgress: false });
  const result = check.result();
  const [finding] = result.findings;
  const { states, complete } = result;
  if (finding === undefined) {
    return { caughtBy: neverApplied(result), steps: null, states, complete, seconds };
  }
  const steps = finding.trace.steps.length;
  return { caughtBy: finding.property, steps, states, complete, seconds };
}

/** A promise that something happens sometimes is broken where everything was seen without it. */
function neverApplied({ properties, complete }: CheckResult): string | null {
  const vacuous = properties.find(
    ({ promise, judged }) => complete && promise === "sometimes" && judged === 0,
  );
  return vacuous?.name ?? null;
}
