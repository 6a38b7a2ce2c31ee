/**
 * Where a backup reads and where it writes: two nodes that nothing else keeps busy, of one length
 * (QEMU blockdev.c, `do_backup_common`, and block/backup.c, `backup_job_create`).
 */
import { type BackupSync, backupBitmap, requireSyncable } from "./backup-bitmap.ts";
import { type BackupPerf, requirePerf } from "./backup-perf.ts";
import type { CommandContext } from "./command.ts";
import { canCompress } from "./compressed-target.ts";
import { findDeviceOrNode } from "./find-node.ts";
import type { BitmapSync, Graph, GraphNode } from "./graph.ts";
import { measured } from "./length.ts";
import { requireUnblocked } from "./op-blocker.ts";
import { refuse } from "./refuse.ts";

/** What is said of a source and a target that are not of one length. */
export const UNEQUAL = "Source and target image have different sizes";

export interface BackupEnds {
  readonly source: GraphNode;
  readonly target: GraphNode;
  /** null: none */
  readonly bitmap: BitmapSync | null;
  /** the graph after both were asked for their lengths */
  readonly graph: Graph;
}

/**
 * @param sync what it is told of its bitmap; null: it cannot have one
 * @throws BlockgraphError `graph-refused`
 */
export function backupEnds(
  before: Graph,
  given: {
    readonly device: string;
    readonly target: string;
    readonly "x-perf"?: BackupPerf | undefined;
    readonly compress?: boolean | undefined;
  },
  sync: BackupSync | null,
  context: CommandContext,
): BackupEnds {
  const source = findDeviceOrNode(before, given.device);
  const target = findDeviceOrNode(before, given.target);
  const bitmap = sync === null ? null : backupBitmap(before, source, sync);
  if (source === target) throw refuse("Source and target cannot be the same");
  if (given.compress === true && !canCompress(before, target.name, context.drivers)) {
    // The name that belongs at the end is that of a `-drive`, of which there are none.
    throw refuse("Compression is not supported for this drive ");
  }
  requireUnblocked(before, source.name, "backup");
  requireUnblocked(before, target.name, "backup");
  requirePerf(given["x-perf"] ?? {});
  requireSyncable(source, bitmap);
  const graph = measured(measured(before, source.name, context), target.name, context);
  requireSameLength(graph, source.name, target.name);
  return { source, target, bitmap, graph };
}

function requireSameLength(graph: Graph, source: string, target: string): void {
  const [own, other] = [source, target].map((name) => graph.nodes.get(name)?.length ?? null);
  if (own === other || own === null || other === null) return;
  throw refuse(UNEQUAL);
}
