/**
 * What a driver's permission rule may look at (the arguments of QEMU's `bdrv_child_perm`).
 */
import type { JsonObject } from "./graph.ts";
import type { Masks } from "./permission.ts";
import type { Profile } from "./profile.ts";
import type { Role } from "./role.ts";

export interface PermissionQuery {
  /** name of the node that asks */
  readonly node: string;
  /** name of the edge: `file`, `target` */
  readonly edge: string;
  readonly roles: readonly Role[];
  /** what all parents of the node require and share together */
  readonly demands: Masks;
  /** the node's own options, without its children */
  readonly options: JsonObject;
  /** whether the node cannot be written, or is about to: read-only or inactive */
  readonly readOnly: boolean;
  /** whether the node is inactive; a reopen makes it so only when permissions were refreshed */
  readonly inactive: boolean;
  /** whether anybody uses the node */
  readonly used: boolean;
  /** whether the driver is still opening its children */
  readonly opening: boolean;
  /** what became of the node on the way (GraphNode.found) */
  readonly found: JsonObject;
  readonly profile: Profile;
}

/**
 * Masks of the edge to one child. Must be monotone: parents that require less or share more never
 * make it require more or share less, so that loosening a node cannot cause a conflict below it.
 */
export type PermissionRule = (query: PermissionQuery) => Masks;
