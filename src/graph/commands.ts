/**
 * The registry of graph commands, and the one function that applies them.
 */
import type { BlockgraphError } from "../error.ts";
import { blockCommit } from "./block-commit.ts";
import { blockExportAdd, blockExportDel } from "./block-export.ts";
import { blockJobCancel } from "./block-job-cancel.ts";
import { blockResize } from "./block-resize.ts";
import { blockStream } from "./block-stream.ts";
import { blockdevAdd } from "./blockdev-add.ts";
import { blockdevBackup } from "./blockdev-backup.ts";
import { blockdevDel } from "./blockdev-del.ts";
import { blockdevMirror } from "./blockdev-mirror.ts";
import { blockdevReopen } from "./blockdev-reopen.ts";
import { blockdevSnapshot } from "./blockdev-snapshot.ts";
import type { CommandContext, GraphCommand } from "./command.ts";
import { deviceAdd, deviceDel, qomSet } from "./device.ts";
import { DIRTY_BITMAP_COMMANDS } from "./dirty-bitmap.ts";
import type { Graph, JsonObject } from "./graph.ts";
import { nbdServerStart, nbdServerStop } from "./nbd-server.ts";
import { queryBlockGraph, queryNamedBlockNodes } from "./query.ts";
import { isRefusal, Refusal, refuse } from "./refuse.ts";
import { objectAdd, objectDel } from "./throttle-group.ts";
import { transaction } from "./transaction.ts";
import { xBlockdevChange } from "./x-blockdev-change.ts";

/** All commands by their QMP names. */
export const COMMANDS: ReadonlyMap<string, GraphCommand> = new Map(
  [
    ...[blockdevAdd, blockdevDel, blockdevReopen, blockdevSnapshot, xBlockdevChange],
    blockResize,
    ...[nbdServerStart, nbdServerStop, blockExportAdd, blockExportDel],
    ...[deviceAdd, deviceDel, qomSet],
    ...[blockdevBackup, blockdevMirror, blockCommit, blockStream, blockJobCancel],
    ...DIRTY_BITMAP_COMMANDS,
    ...[transaction, objectAdd, objectDel],
    ...[queryNamedBlockNodes, queryBlockGraph],
  ].map((command) => [command.name, command]),
);

/** A command as QMP spells it. */
export interface QmpCommand {
  readonly execute: string;
  readonly arguments: JsonObject;
}

/**
 * The graph after a command.
 * @throws BlockgraphError `graph-refused` with QEMU's text; the given graph is still valid
 */
export function applyCommand(graph: Graph, command: QmpCommand, context: CommandContext): Graph {
  const known = COMMANDS.get(command.execute);
  if (known === undefined) throw refuse(`The command ${command.execute} has not been found`);
  const given: unknown = command.arguments;
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw refuse("QMP input member 'arguments' must be an object");
  }
  return known.apply(graph, given, context);
}

/** What became of a command: the graph that is in force now, and why it was refused, if it was. */
export interface Answer {
  readonly graph: Graph;
  readonly refusal: BlockgraphError | null;
}

/** As {@link applyCommand}, where a refusal is an answer like another. */
export function answerCommand(graph: Graph, command: QmpCommand, context: CommandContext): Answer {
  try {
    return { graph: applyCommand(graph, command, context), refusal: null };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const after = error instanceof Refusal ? error.graph : null;
    return { graph: after ?? graph, refusal: error };
  }
}
