/**
 * What a script of graph commands does to a graph, command by command: the graph before and after,
 * the graph that was asked for in vain, why, and what properties of graphs say of it.
 */
import { GRAPH_PROPERTIES } from "../../../properties/graph/index.ts";
import { denotations } from "../../check/lower/surgery/denotations.ts";
import { DRIVERS } from "../../drivers/registry.ts";
import { answerCommand, type QmpCommand } from "../../graph/commands.ts";
import { conflictBehind } from "../../graph/conflict.ts";
import { type Edge, EMPTY_GRAPH, type Graph } from "../../graph/graph.ts";
import { type Profile, profile } from "../../graph/profile.ts";
import type { Rewiring } from "../../system/rewiring.ts";
import type { GraphProperty, Situation } from "../../system/surgery.ts";
import { type ExplainedCommand, explain } from "../explain/explanation.ts";

/** Properties that are judged at every command. */
export const JUDGED: readonly GraphProperty[] = [...GRAPH_PROPERTIES.values()];

export interface RewiredStep {
  readonly command: QmpCommand;
  readonly before: Graph;
  /** the graph that is in force afterwards */
  readonly after: Graph;
  /** of a conflict: the graph that was asked for, and the two edges; null: there is none */
  readonly wanted: { readonly graph: Graph; readonly edges: readonly Edge[] } | null;
  readonly explained: ExplainedCommand;
  /** in the order of {@link JUDGED}: what is wrong, for people; null: nothing */
  readonly broken: readonly (string | null)[];
}

export interface Rewired {
  readonly rewiring: Rewiring;
  readonly begin: Graph;
  readonly profile: Profile;
  readonly steps: readonly RewiredStep[];
}

/**
 * Executes a script, up to a command at which the profile's QEMU ends.
 * @param rows of the profile that are otherwise
 */
export function rewired(rewiring: Rewiring, rows: Partial<Profile> = {}): Rewired {
  const { setup, commands } = rewiring;
  const rules = { ...profile(rewiring.profile), ...rows };
  const context = { drivers: DRIVERS, profile: rules };
  let begin = EMPTY_GRAPH;
  for (const command of setup) begin = answerCommand(begin, command, context).graph;
  const explanation = explain(begin, commands, context);
  let before: Situation = { graph: begin, denoted: denotations(new Map(), null, begin) };
  const steps: RewiredStep[] = [];
  for (const [index, command] of commands.entries()) {
    const explained = explanation.commands[index];
    if (explained === undefined) break;
    const { graph, refusal } = answerCommand(before.graph, command, context);
    const after = { graph, denoted: denotations(before.denoted, command, graph) };
    const text = refusal === null ? null : refusal.message;
    const conflict = conflictBehind(refusal);
    const judged = { before, command, refusal: text, after };
    steps.push({
      ...{ command, explained, before: before.graph, after: graph },
      wanted:
        conflict === null
          ? null
          : {
              graph: conflict.wanted,
              edges: [conflict.conflict.requiring, conflict.conflict.unsharing],
            },
      broken: JUDGED.map((property) => property.broken(judged, rules)),
    });
    if (explained.predicts !== null) break;
    before = after;
  }
  return { rewiring, begin, profile: rules, steps };
}
