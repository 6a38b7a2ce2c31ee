/**
 * Roles: what a parent uses a child for (QEMU include/block/block-common.h, `BdrvChildRole`).
 *
 * A filter has exactly one `filtered` child, which shows the very data that the filter shows; at
 * most one child is `primary`; `cow` is a backing file. Roles decide the default permissions (part
 * of the permission engine) and which child a filter's parents get when the filter goes.
 */
export const ROLES = ["data", "metadata", "filtered", "cow", "primary"] as const;
export type Role = (typeof ROLES)[number];

/** The edge of a guest device or an export. */
export const ROOT_ROLES: readonly Role[] = ["filtered", "primary"];
