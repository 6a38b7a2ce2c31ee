/**
 * A step of a lowered sketch, as whoever executes sketches is told to take it.
 */
import type { SketchStep } from "../../../system/sketch-execution.ts";
import type { Step } from "../../program/state.ts";

/** The value that is chosen is counted from 1 on: 0 is what was there at the beginning. */
export function sketchStepOf(step: Omit<Step, "text">): SketchStep {
  const { process: actor, instance, node: state, alternative: path, choices } = step;
  const { address = null, choice } = choices;
  return { actor, instance, state, path, address, value: choice === undefined ? null : choice + 1 };
}
