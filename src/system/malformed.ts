/**
 * The error of a chart that asks for what cannot be done where it stands.
 */
import { BlockgraphError } from "../error.ts";
import type { Frame } from "./frame.ts";

/** `chart-malformed`, naming chart, state and node. */
export function malformed(frame: Frame, problem: string): BlockgraphError {
  const state = frame.automaton.states[frame.state]?.name ?? "?";
  return new BlockgraphError(
    "chart-malformed",
    `${frame.automaton.name}, state ${state}, node '${frame.node.description.name}': ${problem}`,
  );
}
