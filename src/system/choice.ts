/**
 * What can happen next: the branching points of an execution.
 *
 * The order of the list depends on the execution alone (agents by id; for each what it waits for),
 * so that a schedule given as indices, or as the numbers of a seeded generator, means the same
 * thing on every machine and in every interpreter.
 */
import type { Execution } from "./execution.ts";
import type { Agent } from "./frame.ts";

export interface Choice {
  /**
   * deliver: the image call that the agent waits for ends; wake: the agent is answered at last;
   * timeout: the agent stops waiting for its copies
   */
  readonly kind: "deliver" | "wake" | "timeout";
  readonly agent: Agent;
}

/** Everything that is enabled now. Empty with agents left over means deadlock. */
export function enabledChoices(execution: Execution): Choice[] {
  const choices: Choice[] = [];
  for (const agent of execution.agents.values()) {
    if (agent.blocked === "call") choices.push({ kind: "deliver", agent });
    else if (execution.canWake(agent)) choices.push({ kind: "wake", agent });
    else if (execution.canTimeOut(agent)) choices.push({ kind: "timeout", agent });
  }
  return choices;
}
