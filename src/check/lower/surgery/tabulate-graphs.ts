/**
 * Every graph that commands lead to, each with a number: the tables of the component `graph`.
 *
 * Breadth first, so that a graph's number of commands is the least there is. A refused command
 * leads back to where it came from; it gets no entry unless it breaks a property.
 */
import { DRIVERS } from "../../../drivers/registry.ts";
import { BlockgraphError } from "../../../error.ts";
import { answerCommand, type QmpCommand } from "../../../graph/commands.ts";
import { EMPTY_GRAPH, type Graph } from "../../../graph/graph.ts";
import { type Profile, profile } from "../../../graph/profile.ts";
import type { GraphProperty, Situation, Surgery } from "../../../system/surgery.ts";
import { denotations } from "./denotations.ts";
import { SituationKeys } from "./situation-key.ts";

/** A command that led to a graph first, or one that was refused and broke something. */
export interface TabulatedCommand {
  readonly command: QmpCommand;
  /** the graph after it, by number; null: it was refused, and left one that was met before */
  readonly next: number | null;
  /** of the properties that it breaks, by their place in the list: what is wrong */
  readonly broken: ReadonlyMap<number, string>;
}

export interface GraphTable {
  /** by number of the graph, 0 is the one after the setup; of the last level there are none */
  readonly commands: readonly (readonly TabulatedCommand[])[];
  /** commands that were answered, and how many of them were refused */
  readonly answered: number;
  readonly refused: number;
}

export interface SurgeryOptions {
  readonly properties: readonly GraphProperty[];
  /** rows of the profile that are otherwise */
  readonly rows?: Partial<Profile>;
  /** commands, at the most */
  readonly depth: number;
  /** told now and then how many graphs there are so far, and after how many commands */
  progress?(graphs: number, level: number): void;
}

/** @throws BlockgraphError `graph-refused` if a command of the setup is refused */
export function tabulateGraphs(surgery: Surgery, options: SurgeryOptions): GraphTable {
  // A refusal is an answer here, and nobody looks where in the program it was given.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return tabulated(surgery, options);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function tabulated(surgery: Surgery, options: SurgeryOptions): GraphTable {
  const { properties, depth, progress = () => {} } = options;
  const rules = { ...profile(surgery.profile), ...options.rows };
  const first = afterSetup(surgery, rules);
  const keys = new SituationKeys(surgery.names);
  const numbers = new Map([[keys.keyOf(first), 0]]);
  const commands: TabulatedCommand[][] = [];
  let [answered, refused] = [0, 0];
  let level: Situation[] = [first];
  for (let step = 0; step < depth; step++) {
    const next: Situation[] = [];
    for (const before of level) {
      const kept: TabulatedCommand[] = [];
      commands.push(kept);
      for (const command of surgery.commands(before.graph)) {
        const { graph, refusal } = answerCommand(before.graph, command, {
          drivers: DRIVERS,
          profile: rules,
        });
        answered++;
        if (refusal !== null) refused++;
        if (graph === before.graph) continue;
        const after = { graph, denoted: denotations(before.denoted, command, graph) };
        const key = keys.keyOf(after);
        const known = numbers.get(key);
        // What is wrong with a graph was said when it was met first.
        if (known !== undefined && refusal === null) continue;
        const done = { before, command, refusal: refusal?.message ?? null, after };
        const broken = new Map(
          properties.flatMap((property, index) => {
            const wrong = property.broken(done, rules);
            return wrong === null ? [] : [[index, wrong] as const];
          }),
        );
        if (refusal !== null && broken.size === 0) continue;
        const number = numbers.size;
        kept.push({ command, next: known === undefined ? number : null, broken });
        if (known !== undefined) continue;
        numbers.set(key, number);
        next.push(after);
        if (number % PROGRESS_EACH === 0) progress(number, step + 1);
      }
    }
    level = next;
  }
  for (const _ of level) commands.push([]);
  return { commands, answered, refused };
}

/** graphs */
const PROGRESS_EACH = 8192;

function afterSetup({ name, setup }: Surgery, rules: Profile): Situation {
  let graph: Graph = EMPTY_GRAPH;
  for (const command of setup) {
    const answer = answerCommand(graph, command, { drivers: DRIVERS, profile: rules });
    if (answer.refusal !== null) {
      throw new BlockgraphError(
        "graph-refused",
        `${command.execute} of the setup of '${name}' was refused: ${answer.refusal.message}`,
      );
    }
    graph = answer.graph;
  }
  return { graph, denoted: denotations(new Map(), null, graph) };
}
