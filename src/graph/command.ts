/**
 * What a graph command is: arguments in QMP spelling, and a pure function from graph to graph.
 */
import type { z } from "zod";
import type { DriverCatalogue } from "./catalogue.ts";
import type { Graph, JsonValue } from "./graph.ts";
import type { ImageFacts } from "./image-facts.ts";
import type { Profile } from "./profile.ts";
import type { QmpCommand } from "./qmp-input.ts";
import { parseArguments } from "./refuse.ts";

/** What commands need besides the graph. */
export interface CommandContext {
  readonly drivers: DriverCatalogue;
  readonly profile: Profile;
  /** whether permissions are judged later, once everything is rewired (see transaction.ts) */
  readonly deferred?: boolean;
  /** whether other actions follow, until which what is removed is kept (see transaction.ts) */
  readonly inTransaction?: boolean;
  /** the images that nodes can be opened on; absent: nothing is known of any */
  readonly images?: ImageFacts;
  /** whether somebody works for the jobs who knows their states, and judges what they are told */
  readonly jobsArePlayed?: boolean;
}

export interface GraphCommand {
  /** QMP name */
  readonly name: string;
  /** one sentence for `--help` and the reference */
  readonly summary: string;
  readonly schema: z.ZodType;
  /** commands for an empty graph, of which the last one is this (see example.ts) */
  readonly example: readonly QmpCommand[];
  /** the same without what a profile does not know; absent: all of them know everything */
  schemaIn?(profile: Profile): z.ZodType;
  /**
   * Rewires, then asks for permission.
   * @throws BlockgraphError `graph-refused`; the given graph stays in force, unless it is a Refusal
   *   that carries another
   */
  apply(graph: Graph, args: unknown, context: CommandContext): Graph;
  /** what a query answers; a command that is none answers with an empty object */
  answer?(graph: Graph, profile: Profile): JsonValue;
}

/** Ties a schema to the function that takes what the schema gives. */
export function defineCommand<Schema extends z.ZodType>(definition: {
  name: string;
  summary: string;
  schema: Schema;
  example: readonly QmpCommand[];
  schemaIn?(profile: Profile): z.ZodType<z.infer<Schema>>;
  apply(graph: Graph, args: z.infer<Schema>, context: CommandContext): Graph;
  answer?(graph: Graph, profile: Profile): JsonValue;
}): GraphCommand {
  const { schema, schemaIn = () => schema } = definition;
  return {
    ...definition,
    apply: (graph, args, context) =>
      definition.apply(graph, parseArguments(schemaIn(context.profile), args), context),
  };
}
