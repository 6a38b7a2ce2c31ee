/**
 * `blockdev-backup`: the graph side of a backup job (QEMU block/backup.c).
 *
 * The job puts a hook of its own under everybody who uses the disk: it opens a copy-before-write
 * filter over disk and target, then replaces the disk by it, with a refresh of permissions after
 * each: that is why a hook without parents shares everything (block.c, `bdrv_insert_node`). Its own
 * edges only keep the nodes from being used for other things. When it ends, the filter goes.
 *
 * Limits: the graph knows a job until it is cancelled. What a job does by itself is not built yet,
 * so only `sync: none`, where the filter does all the work, can be simulated (src/system).
 */
import { z } from "zod";
import { defineCommand } from "./command.ts";
import { findDeviceOrNode } from "./find-node.ts";
import type { Graph } from "./graph.ts";
import { insertedFilter } from "./job-filter.ts";
import { JOB_OPTIONS } from "./job-options.ts";
import { measured } from "./length.ts";
import { requireUnblocked } from "./op-blocker.ts";
import { refuse, takingBack } from "./refuse.ts";
import { started } from "./start-job.ts";

function requireSameLength(graph: Graph, disk: string, target: string): void {
  const [own, other] = [disk, target].map((name) => graph.nodes.get(name)?.length ?? null);
  if (own === other || own === null || other === null) return;
  throw refuse("Source and target image have different sizes");
}

export const blockdevBackup = defineCommand({
  name: "blockdev-backup",
  summary: "Puts a hook under all who use a disk, which saves old data to a target.",
  // In QEMU's order, which decides what is missed first.
  schema: z.strictObject({
    device: z.string(),
    sync: z.enum(["none", "full", "top", "incremental", "bitmap"]),
    ...JOB_OPTIONS.shape,
    target: z.string(),
  }),
  apply(before, args, context) {
    const disk = findDeviceOrNode(before, args.device);
    const target = findDeviceOrNode(before, args.target);
    if (disk === target) throw refuse("Source and target cannot be the same");
    requireUnblocked(before, disk.name, "backup");
    requireUnblocked(before, target.name, "backup");
    const known = measured(measured(before, disk.name, context), target.name, context);
    requireSameLength(known, disk.name, target.name);
    const name = args["filter-node-name"] ?? null;
    const hook = { driver: "copy-before-write", target: target.name };
    const id = args["job-id"];
    const { graph, filter } = takingBack(before, () =>
      insertedFilter(known, disk.name, name, hook, context),
    );
    const copies = args.sync !== "none";
    const job = { id: id ?? "", type: "backup", filter, copies, madeWritable: null } as const;
    return started(graph, job, before, context, (edges) => {
      edges.hold("main node", filter);
      edges.hold("target", target.name);
    });
  },
});
