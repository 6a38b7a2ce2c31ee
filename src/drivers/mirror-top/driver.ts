/**
 * `mirror_top`: the filter through which a mirror sees what is written (QEMU block/mirror.c). The
 * job copies what is dirty from the disk, its `backing`, to its target, piece by piece, and what a
 * guest writes meanwhile is dirty again, or goes to both (guest-charts.ts).
 *
 * A commit of the topmost file is a mirror into a file below. Its filter does without consistent
 * reads, which the job denies to everybody above the base, and lets others write, or it would keep
 * itself from writing the base (`bdrv_mirror_top_child_perm`). Only the job can open it.
 *
 * Limits: the pieces of the job are requests of whoever plays it, as those of a backup are. An
 * error of the target is not the job's end.
 */
import { z } from "zod";
import { forwardChart } from "../../chart/forward.ts";
import { commonOptions } from "../../graph/common-options.ts";
import { CONSISTENT_READ, WRITE } from "../../graph/permission.ts";
import type { PermissionRule } from "../../graph/permission-query.ts";
import { copyTaskChart } from "../copy-task-chart.ts";
import { defineDriver } from "../driver.ts";
import { jobCopyChart } from "../job-copy-chart.ts";
import { clusterChart } from "./cluster-chart.ts";
import { backgroundChart, writeBlockingChart } from "./guest-charts.ts";
import { manual } from "./manual.ts";

/** The filter of a commit knows where the chain ends that it keeps from being changed. */
const permissions: PermissionRule = ({ demands: { perm, shared }, options: { bottom } }) =>
  bottom === undefined
    ? { perm, shared }
    : { perm: perm & ~CONSISTENT_READ, shared: shared | WRITE };

const MODES = ["background", "write-blocking"] as const;

interface Parameters {
  readonly mode: (typeof MODES)[number];
  /** whether what lies behind the source is left out: as it is the target, or as it was told */
  readonly partial: boolean;
}

export const mirrorTop = defineDriver({
  name: "mirror_top",
  summary: "lets a mirror see what is written",
  manual,
  options: commonOptions.extend({
    bottom: z.string().optional().meta({ description: "the base that a commit writes to" }),
    base: z.string().optional().meta({ description: "the file behind the disk, left out" }),
    "copy-mode": z.enum(MODES).default("background").meta({
      description: "whether what a guest writes goes to the target at once",
    }),
  }),
  children: [{ name: "backing", roles: ["filtered", "primary"] }],
  permissions,
  filter: true,
  internal: true,
  jobUses: ["target"],
  reopens: null,
  parameters: (given): Parameters => ({
    mode: given["copy-mode"],
    partial: given.bottom !== undefined || given.base !== undefined,
  }),
  // What is dirty stays so when a mirror is changed while it works.
  memoryKey: "mirror_top",
  everyParameters: [
    ...MODES.map((mode): Parameters => ({ mode, partial: false })),
    ...MODES.map((mode): Parameters => ({ mode, partial: true })),
  ],
  charts: ({ mode, partial }) => {
    const guest = mode === "background" ? backgroundChart : writeBlockingChart;
    const forward = (operation: "read" | "flush" | "block-status") =>
      forwardChart(`mirror_top/${operation}`, "backing", operation);
    return {
      cluster: clusterChart(),
      node: null,
      requests: {
        read: forward("read"),
        write: guest("write"),
        "write-zeroes": guest("write-zeroes"),
        discard: guest("discard"),
        flush: forward("flush"),
        "block-status": forward("block-status"),
        copy: jobCopyChart("mirror_top"),
      },
      tasks: { copy: copyTaskChart("mirror_top", "backing", { partial }) },
    };
  },
});
