/**
 * `blockdev-backup`: the graph side of a backup job (QEMU block/backup.c).
 *
 * The job puts a hook of its own under everybody who uses the disk: it opens a copy-before-write
 * filter over disk and target, then replaces the disk by it, with a refresh of permissions after
 * each: that is why a hook without parents shares everything (block.c, `bdrv_insert_node`). Its own
 * edges only keep the nodes from being used for other things. When it ends, the filter goes.
 *
 * Limits: the graph knows a job until a command ends it. With `sync: none` the filter does all the
 * work; with `full` the job copies everything, piece by piece; the others cannot be simulated yet
 * (src/system).
 */
import { z } from "zod";
import { backupEnds } from "./backup-ends.ts";
import { defineCommand } from "./command.ts";
import { insertedFilter } from "./job-filter.ts";
import { finalizationOf, JOB_OPTIONS } from "./job-options.ts";
import { refuse, takingBack } from "./refuse.ts";
import { started } from "./start-job.ts";

const COPIES = {
  none: "nothing",
  full: "everything",
  top: "something",
  incremental: "something",
  bitmap: "something",
} as const;

export const blockdevBackup = defineCommand({
  name: "blockdev-backup",
  summary: "Puts a hook under all who use a disk, which saves old data to a target.",
  // In QEMU's order, which decides what is missed first.
  schema: z.strictObject({
    device: z.string(),
    sync: z.enum(["none", "full", "top", "incremental", "bitmap"]),
    ...JOB_OPTIONS.shape,
    target: z.string(),
    "flush-target": z.boolean().optional(),
  }),
  apply(before, args, context) {
    const { source: disk, target, graph: known } = backupEnds(before, args, context);
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
    const copies = COPIES[args.sync];
    const finalization = finalizationOf(args);
    const plan = { id: id ?? "", filter, copies, finalization } as const;
    const job = { ...plan, type: "backup", madeWritable: null } as const;
    return started(graph, job, before, context, (edges) => {
      edges.hold("main node", filter);
      edges.hold("target", target.name);
    });
  },
});
