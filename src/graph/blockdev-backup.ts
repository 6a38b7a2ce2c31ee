/**
 * `blockdev-backup`: the graph side of a backup job (QEMU block/backup.c).
 *
 * The job puts a hook of its own under everybody who uses the disk: it opens a copy-before-write
 * filter over disk and target, then replaces the disk by it, with a refresh of permissions after
 * each: that is why a hook without parents shares everything (block.c, `bdrv_insert_node`). Its own
 * edges only keep the nodes from being used for other things. When it ends, the filter goes.
 *
 * With `sync: none` the filter does all the work. Else the job copies everything, piece by piece,
 * but what its filter was told to leave out: what is clean in a bitmap (backup-bitmap.ts), or with
 * `top` what the disk does not have itself.
 *
 * Limits: the graph knows a job until a command ends it. What `top` leaves out is decided when the
 * job begins, and not while it looks through the disk; a guest's write meanwhile makes no
 * difference, as a filter of such a job saves nothing that the disk did not have.
 */

import { z } from "zod";
import { bitmapInUse, withoutBacking } from "./backup-bitmap.ts";
import { backupEnds } from "./backup-ends.ts";
import { BACKUP_PERF, requireChunk } from "./backup-perf.ts";
import { defineCommand } from "./command.ts";
import { requireLength } from "./copied-at-once.ts";
import { nodes, sent } from "./example.ts";
import type { BlockJob, JsonObject } from "./graph.ts";
import type { JobEdges } from "./job.ts";
import { insertedFilter } from "./job-filter.ts";
import { JOB_OPTIONS, newLife, ON_ERROR } from "./job-options.ts";
import { takingBack } from "./refuse.ts";
import { started } from "./start-job.ts";

const common = JOB_OPTIONS.shape;

// In QEMU's order, which decides what is missed first.
const schema = z.strictObject({
  "job-id": common["job-id"],
  device: z.string().meta({ description: "the disk, or a view of one" }),
  sync: z.enum(["none", "full", "top", "incremental", "bitmap"]).meta({
    description:
      "what is copied: nothing by itself, everything, the top layer, or what a bitmap says",
  }),
  speed: common.speed,
  bitmap: z
    .string()
    .optional()
    .meta({ description: "dirty bitmap of the disk that says what is copied" }),
  "bitmap-mode": z
    .enum(["on-success", "never", "always"])
    .optional()
    .meta({ description: "when the bitmap begins anew; else it gets back what it had" }),
  compress: z
    .boolean()
    .optional()
    .meta({ description: "whether the target compresses what it is written" }),
  "on-source-error": ON_ERROR,
  "on-target-error": ON_ERROR,
  "auto-finalize": common["auto-finalize"],
  "auto-dismiss": common["auto-dismiss"],
  "filter-node-name": common["filter-node-name"],
  "discard-source": z
    .boolean()
    .optional()
    .meta({ description: "whether the source forgets what was copied" }),
  "x-perf": BACKUP_PERF.optional().meta({ description: "how it copies" }),
  target: z.string().meta({ description: "the node that is written" }),
  "flush-target": z.boolean().optional().meta({
    description: "whether the target is flushed before a guest overwrites what was saved",
  }),
});

const OLDER_PERF = BACKUP_PERF.omit({ "min-cluster-size": true });

/** What the job tells its filter. */
function ofHook(args: z.infer<typeof schema>): JsonObject {
  const { "flush-target": flushes, "discard-source": discards, "x-perf": perf, compress } = args;
  const least = perf?.["min-cluster-size"];
  return {
    ...(discards === true && { "discard-source": discards }),
    ...(compress === true && { compress }),
    ...(flushes !== undefined && { "flush-target": flushes }),
    ...(least !== undefined && { "min-cluster-size": least }),
  };
}

export const blockdevBackup = defineCommand({
  name: "blockdev-backup",
  summary: "Puts a hook under all who use a disk, which saves old data to a target.",
  schema,
  example: [
    ...nodes("disk", "target"),
    sent("blockdev-backup", { "job-id": "job", device: "disk", target: "target", sync: "full" }),
  ],
  schemaIn: ({ clusterSizes, flushedTarget, sourceDiscards }) => {
    const perf = clusterSizes === "fixed" ? OLDER_PERF : BACKUP_PERF;
    const known = schema.extend({ "x-perf": perf.optional() });
    const older = sourceDiscards === "none" ? known.omit({ "discard-source": true }) : known;
    return flushedTarget === "none" ? older.omit({ "flush-target": true }) : older;
  },
  apply(before, args, context) {
    const { source: disk, target, bitmap, graph: known } = backupEnds(before, args, args, context);
    const name = args["filter-node-name"] ?? null;
    const perf = args["x-perf"] ?? {};
    const hook = { driver: "copy-before-write", target: target.name, ...ofHook(args) };
    const id = args["job-id"];
    const { graph, filter } = takingBack(before, () => {
      requireLength(perf["min-cluster-size"]);
      return insertedFilter(known, disk.name, name, hook, context);
    });
    const job: BlockJob = {
      ...{ id: id ?? "", type: "backup", filter, madeWritable: null },
      copies: args.sync === "none" ? "nothing" : "everything",
      ...newLife(args, args["on-source-error"], args["on-target-error"]),
      ...(bitmap !== null && { bitmap }),
      ...(perf["max-workers"] !== undefined && { workers: perf["max-workers"] }),
    };
    const hold = (edges: JobEdges) => {
      edges.hold("main node", filter);
      edges.hold("target", target.name);
    };
    const judge = () => requireChunk(graph, target.name, perf, context);
    const begun = started(graph, job, before, context, hold, judge);
    const using = bitmapInUse(begun, job, args.sync);
    return args.sync === "top" ? withoutBacking(using, filter, context) : using;
  },
});
