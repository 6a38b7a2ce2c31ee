/**
 * Why a script's commands are accepted or refused: one verdict a command, and for a refusal that is
 * a conflict of permissions the two edges, where their masks come from, and what would help.
 */
import { z } from "zod";
import type { CommandContext } from "../../graph/command.ts";
import { answerCommand, type QmpCommand } from "../../graph/commands.ts";
import { type ConflictRefusal, conflictBehind } from "../../graph/conflict.ts";
import { type Edge, type Graph, PARENT_KINDS } from "../../graph/graph.ts";
import { originOf } from "../../graph/mask-origin.ts";
import { movedEdges } from "../../graph/moved-edges.ts";
import { type Permissions, permissionNames, permissionsNamed } from "../../graph/permission.ts";
import { DEFECTS, Refusal } from "../../graph/refuse.ts";
import { remedies } from "../../graph/remedies.ts";

const parentSchema = z.strictObject({ kind: z.enum(PARENT_KINDS), name: z.string() });

const edgeSchema = z.strictObject({
  parent: parentSchema,
  child: z.string(),
  name: z.string(),
  perm: z.array(z.string()),
  "shared-perm": z.array(z.string()),
});

const originSchema = z.array(
  z.strictObject({ edge: edgeSchema, why: z.enum(["handed-on", "rule", "user"]) }),
);

const conflictSchema = z.strictObject({
  permissions: z.array(z.string()),
  requiring: edgeSchema,
  unsharing: edgeSchema,
  /** from the edge upwards, for the first of the permissions */
  required: originSchema,
  unshared: originSchema,
  /** the graph that was asked for */
  edges: z.array(edgeSchema),
  /** changes that were tried and help */
  remedies: z.array(z.string()),
});

/** What `explain --json` prints. */
export const explanationSchema = z.strictObject({
  kind: z.literal("explanation"),
  profile: z.string(),
  commands: z.array(
    z.strictObject({
      /** number of the command, from 1 */
      number: z.int().min(1),
      execute: z.string(),
      arguments: z.record(z.string(), z.json()),
      verdict: z.enum(["accepted", "refused"]),
      /** QEMU's text; null if it was accepted */
      error: z.string().nullable(),
      /** what the profile's QEMU does instead of refusing */
      predicts: z.enum(DEFECTS).nullable(),
      conflict: conflictSchema.nullable(),
      /** who uses another node than before */
      moves: z.array(
        z.strictObject({
          parent: parentSchema,
          name: z.string(),
          from: z.string(),
          to: z.string(),
        }),
      ),
    }),
  ),
  /** the graph at the end */
  edges: z.array(edgeSchema),
});
export type Explanation = z.infer<typeof explanationSchema>;
export type ExplainedCommand = Explanation["commands"][number];
export type ExplainedEdge = z.infer<typeof edgeSchema>;

/** Executes a script on a graph, and explains every verdict. */
export function explain(
  start: Graph,
  commands: readonly QmpCommand[],
  context: CommandContext,
): Explanation {
  let graph = start;
  const explained = commands.map((command, index): ExplainedCommand => {
    const told = { number: index + 1, execute: command.execute, arguments: command.arguments };
    const answer = answerCommand(graph, command, context);
    const moves = movedEdges(graph, answer.graph);
    graph = answer.graph;
    const { refusal } = answer;
    if (refusal === null) {
      return { ...told, verdict: "accepted", error: null, predicts: null, conflict: null, moves };
    }
    const behind = conflictBehind(refusal);
    const predicts = refusal instanceof Refusal ? refusal.predicts : null;
    const conflict = behind && explainConflict(behind, { start, commands, index }, context);
    return { ...told, verdict: "refused", error: refusal.message, predicts, conflict, moves };
  });
  const { edges } = graph;
  const profile = context.profile.name;
  return { kind: "explanation", profile, commands: explained, edges: edges.map(told) };
}

function explainConflict(
  { wanted, conflict }: ConflictRefusal,
  script: { start: Graph; commands: readonly QmpCommand[]; index: number },
  context: CommandContext,
): NonNullable<ExplainedCommand["conflict"]> {
  const { requiring, unsharing, permissions } = conflict;
  const origin = (edge: Edge, which: "requires" | "unshares") =>
    originOf(wanted, edge, firstOf(permissions), which, context).map((step) => ({
      ...step,
      edge: told(step.edge),
    }));
  return {
    permissions: permissionNames(permissions),
    requiring: told(requiring),
    unsharing: told(unsharing),
    required: origin(requiring, "requires"),
    unshared: origin(unsharing, "unshares"),
    edges: wanted.edges.map(told),
    remedies: remedies({ ...script, conflict }, context).map(({ text }) => text),
  };
}

function firstOf(permissions: Permissions): Permissions {
  return permissionsNamed(permissionNames(permissions).slice(0, 1));
}

function told({ parent, child, name, perm, shared }: Edge): ExplainedEdge {
  const masks = { perm: permissionNames(perm), "shared-perm": permissionNames(shared) };
  return { parent, child, name, ...masks };
}
