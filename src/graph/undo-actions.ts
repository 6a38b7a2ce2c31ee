/**
 * What QEMU undoes when an action of a transaction is refused (blockdev.c,
 * `external_snapshot_abort` and `blockdev_backup_abort`).
 *
 * It does not remember who moved to an overlay. It takes the overlay's backing file away, and then
 * leads everybody who uses the overlay to the node below, also who used the overlay before there
 * was a transaction. If they cannot agree there, it aborts.
 */
import { z } from "zod";
import type { CommandContext } from "./command.ts";
import { closeUnused, detach } from "./edges.ts";
import { endedJob } from "./ended-job.ts";
import { findDeviceOrNode } from "./find-node.ts";
import { childEdges, type Graph } from "./graph.ts";
import { refreshPermissions } from "./refresh.ts";
import { isRefusal, Refusal } from "./refuse.ts";
import { replaceNode } from "./replace-node.ts";

/** An action that was executed. */
export interface Action {
  readonly type: string;
  readonly data: NonNullable<unknown>;
}

const snapshotSchema = z.object({ node: z.string(), overlay: z.string() });
const syncSchema = z
  .object({ "node-name": z.string(), "snapshot-node-name": z.string() })
  .transform((given) => ({ node: given["node-name"], overlay: given["snapshot-node-name"] }));
const backupSchema = z.object({ "job-id": z.string() });

/**
 * The graph that is left; nodes are as they were.
 * @param done the actions that were executed, oldest first
 * @throws Refusal where the profile's QEMU aborts
 */
export function undone(
  before: Graph,
  reached: Graph,
  done: readonly Action[],
  context: CommandContext,
): Graph {
  const nodes = new Map(
    [...reached.nodes].map(([name, node]) => [name, before.nodes.get(name) ?? node]),
  );
  try {
    const start: Graph = { ...reached, nodes };
    return done.reduceRight((graph, action) => without(graph, action, context), start);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    throw new Refusal(
      `QEMU aborts when it undoes what was done before: ${error.message}`,
      null,
      "abort",
      { cause: error },
    );
  }
}

function without(graph: Graph, { type, data }: Action, context: CommandContext): Graph {
  if (type === "blockdev-snapshot") {
    return withoutOverlay(graph, snapshotSchema.parse(data), context);
  }
  if (type === "blockdev-snapshot-sync") {
    const given = syncSchema.parse(data);
    const rest = withoutOverlay(graph, given, context);
    return closeUnused(rest, given.overlay, context);
  }
  const job = type === "blockdev-backup" ? backupSchema.parse(data)["job-id"] : "";
  const started = graph.jobs.get(job);
  return started === undefined ? graph : endedJob(graph, started, context);
}

function withoutOverlay(
  before: Graph,
  given: z.infer<typeof snapshotSchema>,
  context: CommandContext,
): Graph {
  const [overlay, node] = [given.overlay, given.node].map(
    (name) => findDeviceOrNode(before, name).name,
  );
  if (overlay === undefined || node === undefined) return before;
  const edges = childEdges(before, { kind: "node", name: overlay });
  const backing = edges.find(({ roles }) => roles.includes("cow"));
  if (backing === undefined) return before;
  const refresh = { ...context, before };
  const alone = refreshPermissions(detach(before, backing), [overlay], refresh);
  const replaced = replaceNode(alone, overlay, node, context);
  return refreshPermissions(replaced, [node, overlay], refresh);
}
