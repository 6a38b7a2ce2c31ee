/**
 * `blockdev-backup` and `block-job-cancel`: the graph side of a backup job (QEMU block/backup.c).
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
import { openNode } from "./blockdev-add.ts";
import { type CommandContext, defineCommand } from "./command.ts";
import { dropFilter } from "./drop-filter.ts";
import { attach, closeNode, releaseAll } from "./edges.ts";
import { findDeviceOrNode } from "./find-node.ts";
import { type BlockJob, type Graph, parentEdges } from "./graph.ts";
import { requireUnblocked } from "./op-blocker.ts";
import { NO_DEMANDS } from "./permission.ts";
import { refreshPermissions } from "./refresh.ts";
import { isRefusal, Refusal, refuse } from "./refuse.ts";
import { replaceNode } from "./replace-node.ts";

export const blockdevBackup = defineCommand({
  name: "blockdev-backup",
  summary: "Puts a hook under all who use a disk, which saves old data to a target.",
  schema: z.strictObject({
    "job-id": z.string().optional(),
    device: z.string(),
    target: z.string(),
    sync: z.enum(["none", "full", "top", "incremental", "bitmap"]),
    "filter-node-name": z.string().optional(),
    speed: z.int().min(0).optional(),
    "auto-finalize": z.boolean().optional(),
    "auto-dismiss": z.boolean().optional(),
  }),
  apply(before, args, context) {
    const disk = findDeviceOrNode(before, args.device);
    const target = findDeviceOrNode(before, args.target);
    if (disk === target) throw refuse("Source and target cannot be the same");
    requireUnblocked(before, disk.name, "backup");
    requireUnblocked(before, target.name, "backup");
    const id = args["job-id"];
    const name = args["filter-node-name"];
    const opened = prefixed("Could not create node: ", () =>
      openNode(
        before,
        {
          ...(name !== undefined && { "node-name": name }),
          ...{ driver: "copy-before-write", discard: "ignore" },
          ...{ file: disk.name, target: target.name },
        },
        { ...context, before },
        false,
      ),
    );
    const filter = opened.name;
    const inserted = prefixed("Could not replace node: ", () =>
      refreshPermissions(
        replaceNode(opened.graph, disk.name, filter, context),
        [filter, disk.name],
        {
          ...context,
          before,
        },
      ),
    );
    if (id === undefined) throw refuse("An explicit job ID is required for this node");
    if (before.jobs.has(id)) throw refuse(`Job ID '${id}' already in use`);
    const parent = { kind: "job", name: id } as const;
    const job: BlockJob = { id, type: "backup", filter, copies: args.sync !== "none" };
    const withJob = { ...inserted, jobs: new Map(before.jobs).set(id, job) };
    const edge = (edgeName: string, child: string) =>
      ({ parent, child, name: edgeName, roles: [], ...NO_DEMANDS }) as const;
    const working = attach(withJob, edge("main node", filter));
    const refresh = { ...context, before };
    return refreshPermissions(
      attach(refreshPermissions(working, [filter], refresh), edge("target", target.name)),
      [target.name],
      refresh,
    );
  },
});

function prefixed<T>(prefix: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!isRefusal(error)) throw error;
    throw new Refusal(`${prefix}${error.message}`, null, null, { cause: error });
  }
}

export const blockJobCancel = defineCommand({
  name: "block-job-cancel",
  summary: "Ends a job; its hook leaves the graph.",
  schema: z.strictObject({ device: z.string(), force: z.boolean().default(false) }),
  apply(before, { device: id }, context) {
    const job = before.jobs.get(id);
    if (job === undefined) throw refuse(`Block job '${id}' not found`);
    requireNoHook(before, job.filter, context);
    const without = withoutFilter(before, job.filter, context);
    const jobs = new Map(before.jobs);
    jobs.delete(id);
    const released = releaseAll(without, { kind: "job", name: id }, context);
    const closed = released.nodes.has(job.filter)
      ? closeNode(released, job.filter, context)
      : released;
    return { ...closed, jobs };
  },
});

/** @throws Refusal where the profile's QEMU aborts */
function requireNoHook(graph: Graph, filter: string, { profile }: CommandContext): void {
  if (profile.hookOnLeavingFilter === "allowed") return;
  // A hook that is older than the filter has its bitmap on the node that the filter was put above.
  const opened = [...graph.nodes.keys()];
  const hook = parentEdges(graph, filter).find(
    ({ name, parent }) =>
      name === "file" &&
      graph.nodes.get(parent.name)?.driver === "copy-before-write" &&
      opened.indexOf(parent.name) > opened.indexOf(filter),
  );
  if (hook === undefined) return;
  throw new Refusal(
    `QEMU 7.2 aborts when '${filter}' is taken away below '${hook.parent.name}', which keeps a ` +
      "bitmap on it; delete the hook above first",
    null,
    "abort",
  );
}

/**
 * A job cannot be kept from ending: QEMU aborts where its filter cannot be dropped
 * (`bdrv_cbw_drop`), because somebody's link to it is frozen, or because its users cannot agree
 * without it.
 */
function withoutFilter(before: Graph, filter: string, context: CommandContext): Graph {
  try {
    return dropFilter(before, filter, context);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const predicts = context.profile.frozenLeavingFilter === "abort" ? "abort" : null;
    throw new Refusal(error.message, null, predicts, { cause: error });
  }
}
