/**
 * Every graph that commands lead to, each with a number: the tables of the component `graph`.
 *
 * Breadth first, so that a graph's number of commands is the least there is. A refused command
 * leads back to where it came from; it gets no entry unless it breaks a property.
 *
 * It takes some thousand commands a second, and there are millions: so it goes on in small pieces,
 * and can be stopped between them. What it has then is the beginning of the whole table.
 */
import { DRIVERS } from "../../../drivers/registry.ts";
import { BlockgraphError } from "../../../error.ts";
import { answerCommand, type QmpCommand } from "../../../graph/commands.ts";
import { EMPTY_GRAPH, type Graph } from "../../../graph/graph.ts";
import { type Profile, profile } from "../../../graph/profile.ts";
import type { GraphProperty, Situation, Surgery } from "../../../system/surgery.ts";
import type { Progress, Stop } from "../../result.ts";
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
  /**
   * by number of the graph, 0 is the one after the setup; of the last level there are none, and of
   * graphs that were not looked at
   */
  readonly commands: readonly (readonly TabulatedCommand[])[];
  /** commands that were answered, and how many of them were refused */
  readonly answered: number;
  readonly refused: number;
  /** graphs of which every command was answered: the first ones */
  readonly expanded: number;
  /** every sequence of so many commands was answered */
  readonly everyRun: number;
  /** why it is not all; null: it is */
  readonly stopped: Stop | null;
}

/** Where to stop although there is more; null: nowhere. */
export interface SurgeryLimits {
  /** graphs, soon after which it stops */
  readonly maxStates: number | null;
  /** commands after the setup */
  readonly maxDepth: number | null;
}

export interface SurgeryOptions extends Partial<SurgeryLimits> {
  readonly properties: readonly GraphProperty[];
  /** rows of the profile that are otherwise */
  readonly rows?: Partial<Profile>;
  /** commands, at the most */
  readonly depth: number;
  /** of so many graphs, the first ones, every command is answered; absent: of all */
  readonly graphs?: number;
}

/** @throws BlockgraphError `graph-refused` if a command of the setup is refused */
export function tabulateGraphs(surgery: Surgery, options: SurgeryOptions): GraphTable {
  const tabulation = new GraphTabulation(surgery, options);
  while (tabulation.advance());
  return tabulation.table();
}

/** A table in the making. */
export class GraphTabulation {
  readonly #surgery: Surgery;
  readonly #options: SurgeryOptions;
  readonly #rules: Profile;
  readonly #keys: SituationKeys;
  readonly #numbers: Map<string, number>;
  readonly #commands: TabulatedCommand[][] = [];
  #answered = 0;
  #refused = 0;
  /** graphs after so many commands, and how many of them were looked at */
  #level: readonly Situation[];
  #at = 0;
  #depth = 0;
  #next: Situation[] = [];
  readonly #levels = [1];
  #over = false;
  #stopped: Stop | null = null;

  /** @throws BlockgraphError `graph-refused` if a command of the setup is refused */
  constructor(surgery: Surgery, options: SurgeryOptions) {
    this.#surgery = surgery;
    this.#options = options;
    this.#rules = { ...profile(surgery.profile), ...options.rows };
    this.#keys = new SituationKeys(surgery.names);
    const first = afterSetup(surgery, this.#rules);
    this.#numbers = new Map([[this.#keys.keyOf(first), 0]]);
    this.#level = [first];
  }

  /** Answers every command of one graph more. @returns false when it is over */
  advance(): boolean {
    const before = this.#following();
    if (before === null) return false;
    this.#expand(before);
    return true;
  }

  /** Asks for an early end; of what is over already it changes nothing. */
  stop(reason: Stop): void {
    if (this.#over) return;
    this.#over = true;
    this.#stopped = reason;
  }

  progress(): Progress {
    const frontier = this.#level.length - this.#at;
    const levels = [...this.#levels, this.#next.length];
    return {
      task: "graphs",
      states: this.#numbers.size,
      transitions: this.#answered,
      depth: this.#next.length > 0 ? this.#depth + 1 : this.#depth,
      ...{ frontier, levels },
      // There is no table of a fixed size, and nobody counts what graphs take.
      ...{ fill: 0, bytes: 0 },
    };
  }

  /** What there is; the whole once {@link advance} said that it is over, and nobody stopped it. */
  table(): GraphTable {
    const expanded = this.#commands.length;
    const rest = Array.from({ length: this.#numbers.size - expanded }, () => []);
    return {
      commands: [...this.#commands, ...rest],
      ...{ answered: this.#answered, refused: this.#refused, expanded },
      ...{ everyRun: this.#depth, stopped: this.#stopped },
    };
  }

  /** The next graph to look at; null: there is none, or a limit is reached. */
  #following(): Situation | null {
    if (this.#at === this.#level.length && this.#next.length > 0) {
      this.#levels.push(this.#next.length);
      [this.#level, this.#next, this.#at] = [this.#next, [], 0];
      this.#depth++;
    }
    const { depth, graphs = Infinity, maxStates, maxDepth } = this.#options;
    const situation = this.#level[this.#at];
    const isLast = this.#depth === depth || this.#commands.length >= graphs;
    if (situation === undefined || isLast) this.#over = true;
    else if (this.#depth >= (maxDepth ?? Infinity)) this.stop("max-depth");
    else if (this.#numbers.size >= (maxStates ?? Infinity)) this.stop("max-states");
    return this.#over ? null : (situation ?? null);
  }

  #expand(before: Situation): void {
    const { properties } = this.#options;
    const rules = this.#rules;
    const kept: TabulatedCommand[] = [];
    this.#commands.push(kept);
    this.#at++;
    for (const command of this.#surgery.commands(before.graph)) {
      const { graph, refusal } = answerCommand(before.graph, command, {
        drivers: DRIVERS,
        profile: rules,
      });
      this.#answered++;
      if (refusal !== null) this.#refused++;
      if (graph === before.graph) continue;
      const after = { graph, denoted: denotations(before.denoted, command, graph) };
      const key = this.#keys.keyOf(after);
      const known = this.#numbers.get(key);
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
      const number = this.#numbers.size;
      kept.push({ command, next: known === undefined ? number : null, broken });
      if (known !== undefined) continue;
      this.#numbers.set(key, number);
      this.#next.push(after);
    }
  }
}

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
