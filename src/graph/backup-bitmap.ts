/**
 * The bitmap of a backup: what it leaves out, and what becomes of the bitmap (QEMU blockdev.c,
 * `do_backup_common`; block/backup.c, `backup_init_bcs_bitmap` and `backup_cleanup_sync_bitmap`;
 * rules B2 and B6 of the reference).
 *
 * While the job works the bitmap stays as it is, and a successor of it records. When it ends, and
 * what it did counts, the successor takes the bitmap's place; else the two become one:
 *
 *     mode          the backup succeeded    it was cancelled, or failed
 *     on-success    what came since         everything
 *     always        what came since         what came since, and what was not copied
 *     never         everything              everything
 *
 * Whether a job that does not get over errors has failed, only its charts know: then they decide.
 */
import type { Located } from "./catalogue.ts";
import type { CommandContext } from "./command.ts";
import { requireModifiable, requireUsable, withBitmap } from "./dirty-bitmap.ts";
import { find } from "./find-node.ts";
import {
  type BitmapSync,
  type BlockJob,
  filteredEdge,
  type Graph,
  type GraphNode,
} from "./graph.ts";
import { hasLife } from "./job.ts";
import { type Condition, lifeOf, recorderOf } from "./notice.ts";
import { refuse } from "./refuse.ts";
import { shapeOf } from "./shape-of.ts";
import { telling } from "./telling.ts";

/** What a backup is told of its bitmap. */
export interface BackupSync {
  readonly sync: "none" | "full" | "top" | "incremental" | "bitmap";
  readonly bitmap?: string | undefined;
  readonly "bitmap-mode"?: BitmapSync["mode"] | undefined;
}

/**
 * Judges what a backup is told of its bitmap.
 * @returns null: it has none
 * @throws BlockgraphError `graph-refused`
 */
export function backupBitmap(
  graph: Graph,
  source: GraphNode,
  { sync, bitmap: name, "bitmap-mode": given }: BackupSync,
): BitmapSync | null {
  if (name === undefined && (sync === "bitmap" || sync === "incremental")) {
    throw refuse(`must provide a valid bitmap name for '${sync}' sync mode`);
  }
  if (sync === "incremental" && (given ?? "on-success") !== "on-success") {
    throw refuse("Bitmap sync mode must be 'on-success' when using sync mode 'incremental'");
  }
  const mode = sync === "incremental" ? "on-success" : given;
  if (name === undefined) {
    if (mode === undefined) return null;
    throw refuse("Cannot specify bitmap sync mode without a bitmap");
  }
  if (!source.bitmaps.has(name)) throw refuse(`Bitmap '${name}' could not be found`);
  if (mode === undefined) throw refuse("Bitmap sync mode must be given when providing a bitmap");
  requireUsable(graph, source.name, name);
  if (sync === "none") {
    throw refuse("sync mode 'none' does not produce meaningful bitmap outputs");
  }
  if (mode === "never" && sync !== "bitmap" && sync !== "incremental") {
    throw refuse(
      `Bitmap sync mode 'never' has no meaningful effect when combined with sync mode '${sync}'`,
    );
  }
  return { node: source.name, name, mode };
}

/** @throws BlockgraphError `graph-refused` if the backup is to change a bitmap that is stored */
export function requireSyncable({ bitmaps }: GraphNode, sync: BitmapSync | null): void {
  const bitmap = sync === null || sync.mode === "never" ? undefined : bitmaps.get(sync.name);
  if (sync !== null && bitmap !== undefined) requireModifiable(bitmap, sync.name);
}

/** A job begins to work with its bitmap, of which its filter leaves out what is clean. */
export function bitmapInUse(before: Graph, job: BlockJob, sync: BackupSync["sync"]): Graph {
  if (job.bitmap === undefined) return before;
  const used = usedBy(before, job.bitmap, job.id);
  if (sync !== "bitmap" && sync !== "incremental") return used;
  const bitmap = recorderOf(job.bitmap.node, job.bitmap.name);
  const only = { node: bitmap, event: "LOOK", reply: "DIRTY", matching: false } as const;
  return telling(used, { node: job.filter, event: "RESET", only });
}

/** What lies behind the source itself its filter leaves out (`sync: top`, rule K11). */
export function withoutBacking(graph: Graph, filter: string, context: CommandContext): Graph {
  const top = unfiltered(graph, filter, context);
  if (top === null) return graph;
  const { event, own } = top.located;
  const only: Condition = { node: top.node, event, reply: own, matching: false };
  return telling(graph, { node: filter, event: "RESET", only });
}

/** A job ends, and lets its bitmap go. */
export function bitmapLeft(before: Graph, job: BlockJob, succeeded: boolean): Graph {
  if (job.bitmap === undefined) return before;
  const { node, name, mode } = job.bitmap;
  const bitmap = recorderOf(node, name);
  const counts = mode === "always" || (mode === "on-success" && succeeded);
  const given = usedBy(before, job.bitmap, null);
  const isWell = { node: lifeOf(job.id), event: "LOOK", reply: "WELL" } as const;
  const left =
    counts && mode === "on-success" && hasLife(job)
      ? telling(
          given,
          { node: bitmap, event: "ABDICATE", only: { ...isWell, matching: true } },
          { node: bitmap, event: "RECLAIM", only: { ...isWell, matching: false } },
        )
      : telling(given, { node: bitmap, event: counts ? "ABDICATE" : "RECLAIM", only: null });
  if (mode !== "always" || (succeeded && !hasLife(job))) return left;
  const only = { node: job.filter, event: "CLAIM", reply: "GRANTED", matching: true };
  return telling(left, { node: bitmap, event: "MARK", only });
}

function usedBy(graph: Graph, { node: nodeName, name }: BitmapSync, job: string | null): Graph {
  const node = find(graph, nodeName, `Node '${nodeName}' not found`);
  const bitmap = node.bitmaps.get(name);
  return bitmap === undefined ? graph : withBitmap(graph, node, name, { ...bitmap, job });
}

/** The node below a filter, and others, that has a backing file; null: none. */
function unfiltered(
  graph: Graph,
  filter: string,
  context: CommandContext,
): { readonly node: string; readonly located: Located } | null {
  const below = filteredEdge(graph, filter)?.child;
  const driver = below === undefined ? undefined : graph.nodes.get(below)?.driver;
  if (below === undefined || driver === undefined) return null;
  const { located = null } = shapeOf(driver, context.drivers);
  return located === null ? unfiltered(graph, below, context) : { node: below, located };
}
