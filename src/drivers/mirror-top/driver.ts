/**
 * `mirror_top`: the filter through which a mirror sees what is written (QEMU block/mirror.c).
 *
 * A commit of the topmost file is a mirror into a file below. Its filter does without consistent
 * reads, which the job denies to everybody above the base, and lets others write, or it would keep
 * itself from writing the base (`bdrv_mirror_top_child_perm`). Only the job can open it.
 */
import { commonOptions } from "../../graph/common-options.ts";
import { CONSISTENT_READ, WRITE } from "../../graph/permission.ts";
import type { PermissionRule } from "../../graph/permission-query.ts";
import { defineDriver } from "../driver.ts";

/** The filter of a commit knows where the chain ends that it keeps from being changed. */
const permissions: PermissionRule = ({ demands: { perm, shared }, options: { bottom } }) =>
  bottom === undefined
    ? { perm, shared }
    : { perm: perm & ~CONSISTENT_READ, shared: shared | WRITE };

export const mirrorTop = defineDriver({
  name: "mirror_top",
  summary: "lets a mirror see what is written (permissions only)",
  options: commonOptions,
  children: [{ name: "backing", roles: ["filtered", "primary"] }],
  permissions,
  filter: true,
  internal: true,
  reopens: null,
  parameters: () => ({}),
  everyParameters: [],
  charts: () => ({ cluster: null, node: null, requests: {}, tasks: {} }),
});
