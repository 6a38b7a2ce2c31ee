/**
 * How a backup copies: `x-perf` (QAPI `BackupPerf`; QEMU block/backup.c, `backup_job_create`).
 *
 * Of what it says two things can be seen from outside: how many clusters the job copies at once,
 * and how large they are at the least. How many of them it reads with one request, and whether the
 * host copies them by itself, make no difference to what is copied.
 */
import { z } from "zod";
import type { CommandContext } from "./command.ts";
import { copiedAtOnce } from "./copied-at-once.ts";
import type { Graph } from "./graph.ts";
import { int64, size } from "./qapi-integer.ts";
import { refuse } from "./refuse.ts";

/** In QEMU's order, which decides what is refused first. */
export const BACKUP_PERF = z.strictObject({
  "use-copy-range": z
    .boolean()
    .optional()
    .meta({ description: "whether the host may copy by itself; makes no difference here" }),
  "max-workers": int64
    .optional()
    .meta({ description: "clusters that are copied at once; default 64" }),
  "max-chunk": int64
    .optional()
    .meta({ description: "bytes read at once, at the most; 0: no limit" }),
  "min-cluster-size": size
    .optional()
    .meta({ description: "bytes of a cluster, at the least; a power of two" }),
});

export type BackupPerf = z.infer<typeof BACKUP_PERF>;

const WORKERS_MAX = 0x7fff_ffff;

/** @throws BlockgraphError `graph-refused` if no backup can copy so */
export function requirePerf({
  "max-workers": workers = 1,
  "max-chunk": chunk = 0,
}: BackupPerf): void {
  if (workers < 1 || workers > WORKERS_MAX) {
    throw refuse(`max-workers must be between 1 and ${WORKERS_MAX}`);
  }
  if (chunk < 0) throw refuse("max-chunk must be zero (which means no limit) or positive");
}

/** @throws BlockgraphError `graph-refused` if a cluster does not fit into what is read at once */
export function requireChunk(
  graph: Graph,
  target: string,
  { "max-chunk": chunk = 0, "min-cluster-size": least }: BackupPerf,
  context: CommandContext,
): void {
  const cluster = copiedAtOnce(graph, target, least, context);
  if (chunk === 0 || BigInt(chunk) >= cluster) return;
  throw refuse(
    `Required max-chunk (${BigInt(String(chunk))}) is less than backup cluster size (${cluster})`,
  );
}
