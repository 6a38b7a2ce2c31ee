/**
 * The registry of graph commands, and the one function that applies them.
 */
import { z } from "zod";
import type { BlockgraphError } from "../error.ts";
import { blockCommit } from "./block-commit.ts";
import { blockExportAdd, blockExportDel } from "./block-export.ts";
import { blockJobChange } from "./block-job-change.ts";
import { blockResize } from "./block-resize.ts";
import { blockStream } from "./block-stream.ts";
import { blockdevAdd } from "./blockdev-add.ts";
import { blockdevBackup } from "./blockdev-backup.ts";
import { blockdevDel } from "./blockdev-del.ts";
import { blockdevMirror } from "./blockdev-mirror.ts";
import { blockdevReopen } from "./blockdev-reopen.ts";
import { blockdevReplace } from "./blockdev-replace.ts";
import { blockdevSetActive } from "./blockdev-set-active.ts";
import { blockdevSnapshot } from "./blockdev-snapshot.ts";
import { blockdevSnapshotSync } from "./blockdev-snapshot-sync.ts";
import type { DriverCatalogue, DriverShape } from "./catalogue.ts";
import type { CommandContext, GraphCommand } from "./command.ts";
import { deviceAdd, deviceDel, qomSet } from "./device.ts";
import { DIRTY_BITMAP_COMMANDS } from "./dirty-bitmap.ts";
import { fleecingBackup } from "./fleecing-backup.ts";
import type { Graph, JsonValue } from "./graph.ts";
import { JOB_VERBS } from "./job-verbs.ts";
import { nbdServerStart, nbdServerStop } from "./nbd-server.ts";
import type { Profile } from "./profile.ts";
import { parseCommand } from "./qmp-input.ts";
import { queryBlockGraph, queryBlockJobs, queryJobs, queryNamedBlockNodes } from "./query.ts";
import { isRefusal, Refusal, refuse } from "./refuse.ts";
import { withStoredBitmaps } from "./stored-bitmaps.ts";
import { objectAdd, objectDel } from "./throttle-group.ts";
import { transaction } from "./transaction.ts";
import { xBlockdevChange } from "./x-blockdev-change.ts";
import { xDropFleecing } from "./x-drop-fleecing.ts";
import { xQueryFleecingClusters } from "./x-query-fleecing-clusters.ts";

export type { QmpCommand } from "./qmp-input.ts";

/** All commands by their QMP names. */
export const COMMANDS: ReadonlyMap<string, GraphCommand> = new Map(
  [
    ...[blockdevAdd, blockdevDel, blockdevReopen, blockdevSnapshot, xBlockdevChange],
    ...[blockdevSnapshotSync, blockResize, blockdevSetActive],
    ...[nbdServerStart, nbdServerStop, blockExportAdd, blockExportDel],
    ...[deviceAdd, deviceDel, qomSet],
    ...[blockdevBackup, blockdevMirror, blockCommit, blockStream],
    ...JOB_VERBS,
    blockJobChange,
    ...DIRTY_BITMAP_COMMANDS,
    ...[xDropFleecing, blockdevReplace, fleecingBackup],
    ...[transaction, objectAdd, objectDel],
    ...[queryNamedBlockNodes, queryBlockGraph, queryJobs, queryBlockJobs, xQueryFleecingClusters],
  ].map((command) => [command.name, command]),
);

/**
 * The graph after a command.
 * @param input anything that JSON can say; what is no {@link QmpCommand} is refused
 * @throws BlockgraphError `graph-refused` with QEMU's text; the given graph is still valid
 */
export function applyCommand(graph: Graph, input: unknown, context: CommandContext): Graph {
  return obeyed(graph, input, context).graph;
}

function obeyed(graph: Graph, input: unknown, context: CommandContext): Obeyed {
  const { execute, arguments: given } = parseCommand(input);
  const known = COMMANDS.get(execute);
  if (known === undefined || context.profile.absent.has(execute)) {
    throw refuse(`The command ${execute} has not been found`);
  }
  const before = graph.notices.length === 0 ? graph : { ...graph, notices: [] };
  const applied = known.apply(before, given, { ...context, drivers: available(context) });
  const after = withStoredBitmaps(before, applied);
  return { graph: after, reply: known.answer?.(after, context.profile) ?? {} };
}

/** The drivers that the profile's QEMU has, for each catalogue and profile. */
const availables = new WeakMap<DriverCatalogue, Map<Profile, DriverCatalogue>>();

function available({ drivers, profile }: CommandContext): DriverCatalogue {
  const known = availables.get(drivers) ?? new Map<Profile, DriverCatalogue>();
  availables.set(drivers, known);
  const there = known.get(profile) ?? catalogueOf(drivers, profile);
  known.set(profile, there);
  return there;
}

function catalogueOf(drivers: DriverCatalogue, profile: Profile): DriverCatalogue {
  const present = [...drivers].filter(([name]) => !profile.absent.has(name));
  return new Map(present.map(([name, shape]) => [name, ofProfile(shape, profile)]));
}

/** A driver without the options that the profile's QEMU does not know, or only of its own jobs. */
function ofProfile(shape: DriverShape, profile: Profile): DriverShape {
  const unknown = new Set([
    ...(shape.ofJobs ?? []),
    ...(profile.inactiveNodes === "none" ? ["active"] : []),
    ...(profile.flushedTarget === "none" ? ["flush-target"] : []),
    ...(profile.clusterSizes === "fixed" ? ["min-cluster-size"] : []),
  ]);
  const known = Object.entries(shape.options.shape).filter(([option]) => !unknown.has(option));
  return { ...shape, options: z.strictObject(Object.fromEntries(known)) };
}

interface Obeyed {
  readonly graph: Graph;
  /** what it answers: a query tells of the graph, all others have nothing to say */
  readonly reply: JsonValue;
}

/** What became of a command: the graph that is in force now, and why it was refused, if it was. */
export type Answer =
  | (Obeyed & { readonly refusal: null })
  | { readonly graph: Graph; readonly refusal: BlockgraphError };

/** As {@link applyCommand}, where a refusal is an answer like another. */
export function answerCommand(graph: Graph, input: unknown, context: CommandContext): Answer {
  try {
    return { ...obeyed(graph, input, context), refusal: null };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const after = error instanceof Refusal ? error.graph : null;
    return { graph: after ?? graph, refusal: error };
  }
}
