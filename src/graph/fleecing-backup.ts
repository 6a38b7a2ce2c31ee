/**
 * `fleecing-backup`: a job that copies a view to a target (the thread, "About internal backup").
 *
 * The view does not change, so the job needs no hook of its own, and the guest has nothing to do
 * with it. What works for it is a node that only jobs can open (src/drivers/fleecing-backup); its
 * own edges keep the nodes from being used for other things. QEMU does not have this command.
 */

import { z } from "zod";
import { backupEnds } from "./backup-ends.ts";
import { INHERITS_NOTHING, openNode } from "./blockdev-add.ts";
import { defineCommand } from "./command.ts";
import { nodes, opened, sent } from "./example.ts";
import { JOB_OPTIONS, newLife, ON_ERROR } from "./job-options.ts";
import { takingBack } from "./refuse.ts";
import { started } from "./start-job.ts";

export const fleecingBackup = defineCommand({
  name: "fleecing-backup",
  summary: "Copies a view to a target.",
  schema: JOB_OPTIONS.extend({
    "job-id": z.string().meta({ description: "id of the job" }),
    device: z
      .string()
      .meta({ description: "the view that is copied: a fleecing cache, or a `snapshot-access`" }),
    target: z.string().meta({ description: "the node that is written" }),
    "on-source-error": ON_ERROR,
    "on-target-error": ON_ERROR,
    "discard-source": z
      .boolean()
      .default(false)
      .meta({ description: "whether the view forgets what was copied" }),
  }),
  example: [
    ...nodes("disk", "cache", "target"),
    opened("copy-before-write", "hook", { file: "disk", target: "cache" }),
    opened("snapshot-access", "view", { file: "hook" }),
    sent("fleecing-backup", { "job-id": "job", device: "view", target: "target" }),
  ],
  apply(before, args, context) {
    const { source: view, target, graph: known } = backupEnds(before, args, null, context);
    const filterName = args["filter-node-name"];
    const { graph, name: filter } = takingBack(before, () =>
      openNode(
        known,
        {
          driver: "fleecing-backup",
          ...(filterName !== undefined && { "node-name": filterName }),
          "discard-source": args["discard-source"],
          source: view.name,
          target: target.name,
        },
        { ...context, before },
        INHERITS_NOTHING,
      ),
    );
    const plan = { id: args["job-id"], type: "fleecing-backup", filter } as const;
    const life = newLife(args, args["on-source-error"], args["on-target-error"]);
    const job = { ...plan, ...life, copies: "everything", madeWritable: null } as const;
    return started(graph, job, before, context, (edges) => {
      edges.hold("main node", filter);
      edges.hold("source", view.name);
      edges.hold("target", target.name);
    });
  },
});
