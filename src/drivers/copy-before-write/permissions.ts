/**
 * What the hook requires of its children (QEMU block/copy-before-write.c, `cbw_child_perm`).
 *
 * Of the target it always requires to write, and shares everything but resizing: the target's
 * backing file may be the very disk that the guest writes. Of the source it requires what its own
 * parents do, and to read whatever it has to copy. As soon as it has a parent it lets nobody else
 * change the source; before, it shares everything, so that it can be put over a disk in use and the
 * guest moved onto it afterwards (rule P13). Until then it protects nothing (defect M7). The hook
 * of a job whose source is to forget what was copied writes that (rule B7).
 */
import { ALL_PERMISSIONS, CONSISTENT_READ, RESIZE, WRITE } from "../../graph/permission.ts";
import type { PermissionRule } from "../../graph/permission-query.ts";

export const permissions: PermissionRule = ({ edge, demands, options, used, profile }) => {
  if (edge === "target") return { perm: WRITE, shared: ALL_PERMISSIONS & ~RESIZE };
  if (!used) return demands;
  const reads = profile.hookReads === "for-parents" || (demands.perm & WRITE) !== 0;
  const discards = options["discard-source"] === true;
  return {
    perm: demands.perm | (reads ? CONSISTENT_READ : 0) | (discards ? WRITE : 0),
    shared: demands.shared & ~(WRITE | RESIZE),
  };
};
