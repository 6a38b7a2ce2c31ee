/**
 * What would make a refused command pass: small changes to a script, each of which was tried.
 *
 * A change helps if the commands up to the refused one have the verdicts that they had, and the
 * refused one is accepted. Changes of one kind are tried at every place; only single changes are,
 * so that what is listed is smallest.
 */
import type { CommandContext } from "./command.ts";
import { answerCommand, type QmpCommand } from "./commands.ts";
import type { Conflict } from "./conflict.ts";
import type { Graph, JsonObject } from "./graph.ts";
import { permissionText } from "./permission.ts";
import type { PermissionQuery } from "./permission-query.ts";

/** A script's commands, and which one is refused. */
export interface RefusedCommand {
  readonly start: Graph;
  readonly commands: readonly QmpCommand[];
  /** index of the refused command */
  readonly index: number;
  readonly conflict: Conflict;
}

/** A refused command, and what became of those before it. */
interface Tried extends RefusedCommand {
  /** by command: the graph that it was sent to; the last is that of the refused one */
  readonly graphs: readonly Graph[];
  readonly accepted: readonly boolean[];
}

/** One change that helps. */
export interface Remedy {
  readonly text: string;
}

/** All single changes that help, the nearest to the refused command first. */
export function remedies(refused: RefusedCommand, context: CommandContext): Remedy[] {
  const tried = { ...refused, ...played(refused, context) };
  return [
    ...changedArguments(tried, context),
    ...laterCommands(tried, context),
    ...otherRules(tried, context),
  ];
}

function played({ start, commands, index }: RefusedCommand, context: CommandContext) {
  const graphs = [start];
  const accepted: boolean[] = [];
  let graph = start;
  for (const command of commands.slice(0, index)) {
    const next = answerCommand(graph, command, context);
    graph = next.graph;
    graphs.push(graph);
    accepted.push(next.refusal === null);
  }
  return { graphs, accepted };
}

interface Change {
  readonly text: string;
  readonly change: JsonObject;
}

/** Options that make a user or a node ask for less, or share more. */
function changesOf({ execute, arguments: given }: QmpCommand): readonly Change[] {
  if (execute === "block-export-add" && given.writable === true) {
    return [{ text: `export '${given.id}' read-only`, change: { writable: false } }];
  }
  if (execute === "device_add" && given["share-rw"] !== true) {
    return [{ text: `add device '${given.id}' with share-rw=on`, change: { "share-rw": true } }];
  }
  if (execute === "blockdev-add" && given["read-only"] !== true) {
    return [{ text: `add node '${given["node-name"]}' read-only`, change: { "read-only": true } }];
  }
  return [];
}

function changedArguments(refused: Tried, context: CommandContext): Remedy[] {
  const { commands, index } = refused;
  const upTo = commands.slice(0, index + 1).map((command, line) => ({ command, line }));
  return upTo.reverse().flatMap(({ command, line }) =>
    changesOf(command).flatMap(({ text, change }) => {
      const changed = { ...command, arguments: { ...command.arguments, ...change } };
      return helps(refused, line, changed, context) ? [{ text }] : [];
    }),
  );
}

/** Order matters: the command may pass once a later one was executed. */
function laterCommands(refused: Tried, context: CommandContext): Remedy[] {
  const { commands, index, graphs } = refused;
  const command = commands[index];
  let graph = graphs[index];
  if (command === undefined || graph === undefined) return [];
  for (const [offset, later] of commands.slice(index + 1).entries()) {
    const next = answerCommand(graph, later, context);
    graph = next.graph;
    if (next.refusal === null && answerCommand(graph, command, context).refusal === null) {
      return [{ text: `send it after command ${index + 2 + offset} (${later.execute})` }];
    }
  }
  return [];
}

/** What another rule for one edge would do: the question that a designer of drivers has. */
function otherRules(refused: Tried, context: CommandContext): Remedy[] {
  const { unsharing, requiring, permissions } = refused.conflict;
  const names = permissionText(permissions);
  const [first] = refused.commands;
  return [
    {
      edge: unsharing,
      shares: true,
      text: `let '${unsharing.parent.name}' share '${names}' on its '${unsharing.name}' edge`,
    },
    {
      edge: requiring,
      shares: false,
      text: `let '${requiring.parent.name}' do without '${names}' on its '${requiring.name}' edge`,
    },
  ].flatMap(({ edge, shares, text }) => {
    if (edge.parent.kind !== "node" || first === undefined) return [];
    const drivers = new Map(
      [...context.drivers].map(([name, shape]) => [
        name,
        {
          ...shape,
          permissions: (query: PermissionQuery) => {
            const masks = shape.permissions(query);
            if (query.node !== edge.parent.name || query.edge !== edge.name) return masks;
            return shares
              ? { ...masks, shared: masks.shared | permissions }
              : { ...masks, perm: masks.perm & ~permissions };
          },
        },
      ]),
    );
    return helps(refused, 0, first, { ...context, drivers })
      ? [{ text: `${text} (a filter in between can do that)` }]
      : [];
  });
}

/**
 * Whether the refused command is accepted, and all before it that were, if one command is another.
 * @param line of the command that is changed: what comes before it stays as it was
 */
function helps(
  { start, commands, index, graphs, accepted }: Tried,
  line: number,
  changed: QmpCommand,
  context: CommandContext,
): boolean {
  let graph = graphs[line] ?? start;
  for (const [at, command] of commands.slice(0, index + 1).entries()) {
    if (at < line) continue;
    const next = answerCommand(graph, at === line ? changed : command, context);
    if (next.refusal !== null && (at === index || accepted[at] === true)) return false;
    graph = next.graph;
  }
  return true;
}
