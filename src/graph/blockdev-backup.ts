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
import { defineCommand } from "./command.ts";
import type { BlockJob } from "./graph.ts";
import { insertedFilter } from "./job-filter.ts";
import { JOB_OPTIONS, newLife, ON_ERROR } from "./job-options.ts";
import { refuse, takingBack } from "./refuse.ts";
import { started } from "./start-job.ts";

export const blockdevBackup = defineCommand({
  name: "blockdev-backup",
  summary: "Puts a hook under all who use a disk, which saves old data to a target.",
  // In QEMU's order, which decides what is missed first.
  schema: z.strictObject({
    device: z.string(),
    sync: z.enum(["none", "full", "top", "incremental", "bitmap"]),
    ...JOB_OPTIONS.shape,
    target: z.string(),
    bitmap: z.string().optional(),
    "bitmap-mode": z.enum(["on-success", "never", "always"]).optional(),
    "on-source-error": ON_ERROR,
    "on-target-error": ON_ERROR,
    "flush-target": z.boolean().optional(),
  }),
  apply(before, args, context) {
    const { source: disk, target, bitmap, graph: known } = backupEnds(before, args, args, context);
    const name = args["filter-node-name"] ?? null;
    const flushes = args["flush-target"];
    if (flushes !== undefined && context.profile.flushedTarget === "none") {
      throw refuse("Parameter 'flush-target' is unexpected");
    }
    const own = flushes === undefined ? {} : { "flush-target": flushes };
    const hook = { driver: "copy-before-write", target: target.name, ...own };
    const id = args["job-id"];
    const { graph, filter } = takingBack(before, () =>
      insertedFilter(known, disk.name, name, hook, context),
    );
    const job: BlockJob = {
      ...{ id: id ?? "", type: "backup", filter, madeWritable: null },
      copies: args.sync === "none" ? "nothing" : "everything",
      ...newLife(args, args["on-source-error"], args["on-target-error"]),
      ...(bitmap !== null && { bitmap }),
    };
    const begun = started(graph, job, before, context, (edges) => {
      edges.hold("main node", filter);
      edges.hold("target", target.name);
    });
    const using = bitmapInUse(begun, job, args.sync);
    return args.sync === "top" ? withoutBacking(using, filter, context) : using;
  },
});
