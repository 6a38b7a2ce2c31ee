/**
 * `fleecing-backup`: what works for the job of that name (the thread, "About internal backup": "it
 * should not care about guest writes, it copies clusters from a kind of snapshot which is not
 * changing in time"). QEMU does not have it: its backup of a view puts a second hook above that.
 *
 * It is no filter, and nobody is above it: it reads a view and writes a target. With
 * `discard-source` the view forgets what was copied, so that guests need not save it any more.
 */
import { z } from "zod";
import { commonOptions } from "../../graph/common-options.ts";
import { ALL_PERMISSIONS, CONSISTENT_READ, RESIZE, WRITE } from "../../graph/permission.ts";
import type { PermissionRule } from "../../graph/permission-query.ts";
import { copiedChart } from "../copied-chart.ts";
import { copyTaskChart } from "../copy-task-chart.ts";
import { defineDriver } from "../driver.ts";
import { jobCopyChart } from "../job-copy-chart.ts";
import { manual } from "./manual.ts";

/** To have something forgotten is to write. Nobody else writes the target, where the copy is. */
const permissions: PermissionRule = ({ edge, options }) => {
  if (edge === "target") return { perm: WRITE, shared: ALL_PERMISSIONS & ~(WRITE | RESIZE) };
  const discards = options["discard-source"] === true ? WRITE : 0;
  return { perm: CONSISTENT_READ | discards, shared: ALL_PERMISSIONS & ~RESIZE };
};

export const fleecingBackup = defineDriver({
  name: "fleecing-backup",
  summary: "copies a view to a target, for the job of that name",
  manual,
  options: commonOptions.extend({
    "discard-source": z.boolean().default(false).meta({
      description: "whether the view forgets what was copied",
    }),
  }),
  children: [
    { name: "source", roles: ["data", "primary"] },
    { name: "target", roles: ["data"] },
  ],
  permissions,
  internal: true,
  savesTo: "target",
  reopens: null,
  parameters: (given) => ({ discardsSource: given["discard-source"] }),
  everyParameters: [{ discardsSource: false }, { discardsSource: true }],
  charts: ({ discardsSource }) => ({
    cluster: copiedChart("fleecing-backup"),
    node: null,
    requests: { copy: jobCopyChart("fleecing-backup") },
    tasks: { copy: copyTaskChart("fleecing-backup", "source", { discardsSource }) },
  }),
});
