/**
 * `block-job-change`: what a job does is changed while it works, since 8.2. That is one thing only:
 * a mirror in the background becomes one that guests write as well (QEMU blockjob.c,
 * `block_job_change_locked`; block/mirror.c, `mirror_change`).
 *
 * A write that is under way stays what it was when it began: the job copies it when it has ended.
 *
 * What the command says of the kind of the job QEMU does not look at. Another one than `mirror` has
 * no copy mode, and what is not there counts as `background`.
 */

import { z } from "zod";
import { defineCommand } from "./command.ts";
import { MIRROR, sent } from "./example.ts";
import { type Graph, withNode } from "./graph.ts";
import { requireListening } from "./job-state.ts";
import { parseArguments, refuse } from "./refuse.ts";

const KINDS = [
  ...["commit", "stream", "mirror", "backup", "create", "amend"],
  ...["snapshot-load", "snapshot-save", "snapshot-delete"],
] as const;

const MODES = ["background", "write-blocking"] as const;

const common = z.looseObject({
  id: z.string().meta({ description: "id of the job" }),
  type: z.enum(KINDS).meta({ description: "kind of the job" }),
});
const mirror = z.strictObject({ ...common.shape, "copy-mode": z.enum(MODES) });
const other = z.strictObject(common.shape).transform(() => ({ "copy-mode": MODES[0] }));

export const blockJobChange = defineCommand({
  name: "block-job-change",
  summary: "Has a mirror write its target as soon as its guests write.",
  schema: common.extend({
    "copy-mode": z
      .unknown()
      .optional()
      .meta({ description: "how a mirror copies from now on: `write-blocking`" }),
  }),
  example: [
    ...MIRROR,
    sent("block-job-change", { id: "job", type: "mirror", "copy-mode": "write-blocking" }),
  ],
  apply(before, args, context) {
    const { "copy-mode": mode } = parseArguments(args.type === "mirror" ? mirror : other, args);
    const job = before.jobs.get(args.id);
    if (job === undefined) throw refuse(`Block job '${args.id}' not found`);
    requireListening(before, job, "change", context);
    if (job.type !== "mirror") throw refuse("Job type does not support change");
    return changed(before, job.filter, mode);
  },
});

function changed(graph: Graph, filter: string, mode: (typeof MODES)[number]): Graph {
  const node = graph.nodes.get(filter);
  if (node === undefined || node.options["copy-mode"] === mode) return graph;
  if (mode === "background") throw refuse(`Change to copy mode '${mode}' is not implemented`);
  return withNode(graph, { ...node, options: { ...node.options, "copy-mode": mode } });
}
