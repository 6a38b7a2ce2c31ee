/**
 * What a node asks of a child if its driver has no rule of its own: it follows from the child's
 * role (rule 1.3 of the reference; QEMU block.c, `bdrv_default_perms`).
 */
import { CONSISTENT_READ, type Masks, RESIZE, WRITE, WRITE_UNCHANGED } from "./permission.ts";
import type { PermissionQuery } from "./permission-query.ts";

/** @returns masks of the edge to the child that the query is about */
export function defaultPermissions(query: PermissionQuery): Masks {
  const { roles, demands } = query;
  if (roles.includes("filtered")) return demands;
  if (roles.includes("cow")) return backingPermissions(query);
  return storagePermissions(query);
}

/** A backing file is only read. Others may write it if no parent minds, or the node is inactive. */
function backingPermissions({ demands: { perm, shared }, inactive }: PermissionQuery): Masks {
  const changes = (shared & WRITE) === 0 && !inactive ? 0 : WRITE | RESIZE;
  return { perm: perm & CONSISTENT_READ, shared: CONSISTENT_READ | WRITE_UNCHANGED | changes };
}

/**
 * Data or metadata is written by nobody else in a way that would change it. Metadata is read and
 * changed even while no parent asks for anything. While the node is inactive, somebody else does.
 */
function storagePermissions({ roles, demands, readOnly, inactive }: PermissionQuery): Masks {
  let { perm, shared } = demands;
  if (roles.includes("metadata")) {
    if (!readOnly) perm |= WRITE | RESIZE;
    perm |= CONSISTENT_READ;
    shared &= ~(WRITE | RESIZE);
  }
  if (roles.includes("data")) {
    shared &= ~RESIZE;
    if ((perm & WRITE_UNCHANGED) !== 0) perm |= WRITE;
    if ((perm & WRITE) !== 0) perm |= RESIZE;
  }
  if (inactive) shared |= WRITE | RESIZE;
  return { perm, shared };
}
