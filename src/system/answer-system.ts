/**
 * What a command makes of a graph, and of the system that executes it.
 */
import { DRIVERS } from "../drivers/registry.ts";
import { answerCommand, type QmpCommand } from "../graph/commands.ts";
import type { Graph, JsonValue } from "../graph/graph.ts";
import { isRefusal } from "../graph/refuse.ts";
import { buildSystem } from "./build-system.ts";
import type { System, SystemRules } from "./system.ts";

export type SystemAnswer =
  | {
      readonly graph: Graph;
      readonly system: System;
      readonly reply: JsonValue;
      readonly refusal: null;
    }
  /** refused by the graph, or because what came out cannot be executed; in QEMU's words */
  | { readonly graph: Graph; readonly system: null; readonly refusal: string };

export function answerSystem(graph: Graph, command: QmpCommand, rules: SystemRules): SystemAnswer {
  const { profile, facts, jobsArePlayed = false } = rules;
  const known = facts === undefined ? {} : { images: facts };
  const answer = answerCommand(graph, command, {
    drivers: DRIVERS,
    profile,
    jobsArePlayed,
    ...known,
  });
  if (answer.refusal !== null) {
    return { graph: answer.graph, system: null, refusal: answer.refusal.message };
  }
  try {
    return { ...answer, system: buildSystem(answer.graph, rules) };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return { graph, system: null, refusal: error.message };
  }
}
