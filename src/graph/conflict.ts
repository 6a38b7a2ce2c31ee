/**
 * A permission conflict: two parents of one node of which one requires what the other does not
 * share (rule P3; QEMU block.c, `bdrv_parent_perms_conflict` and `bdrv_a_allow_b`).
 */
import { BlockgraphError } from "../error.ts";
import { type Edge, type Graph, type Parent, sameParent } from "./graph.ts";
import { type Permissions, permissionText } from "./permission.ts";
import type { Profile } from "./profile.ts";

export interface Conflict {
  /** the edge that does not share */
  readonly unsharing: Edge;
  /** the edge that requires */
  readonly requiring: Edge;
  /** what it requires and the other does not share */
  readonly permissions: Permissions;
}

/**
 * The first conflict among a node's parents, in QEMU's order: the newest parent is first asked what
 * it does not share.
 */
export function firstConflict(parents: readonly Edge[]): Conflict | null {
  for (const unsharing of parents) {
    for (const requiring of parents) {
      const permissions = requiring.perm & ~unsharing.shared;
      if (permissions !== 0 && requiring !== unsharing)
        return { unsharing, requiring, permissions };
    }
  }
  return null;
}

/**
 * What QEMU of 2018 printed (block.c, `bdrv_check_update_perm`): it looked from the edge that was
 * about to change at one that was there.
 */
function textOf2018(
  wanted: Graph,
  before: Graph,
  { unsharing, requiring, permissions }: Conflict,
): string {
  const asked = before.edges.find(
    ({ parent, name, child }) =>
      sameParent(parent, requiring.parent) && name === requiring.name && child === requiring.child,
  );
  const requiresMore = asked === undefined || (permissions & ~asked.perm) !== 0;
  const [user, what] = requiresMore ? [unsharing, "does not allow"] : [requiring, "uses"];
  const names = permissionText(permissions);
  return (
    `Conflicts with use by ${nameOf2018(wanted, user.parent)} as '${user.name}', which ${what} ` +
    `'${names}' on ${requiring.child}`
  );
}

function nameOf2018(graph: Graph, { kind, name }: Parent): string {
  if (kind === "node") return name;
  return kind === "device" ? (graph.devices.get(name)?.path ?? name) : "a block device";
}

/** What QEMU prints. */
export function conflictText(
  graph: Graph,
  { unsharing, requiring, permissions }: Conflict,
): string {
  const names = permissionText(permissions);
  return (
    `Permission conflict on node '${requiring.child}': permissions '${names}' are both ` +
    `required by ${userText(graph, requiring)} and unshared by ${userText(graph, unsharing)}.`
  );
}

function userText(graph: Graph, { parent, child, name }: Edge): string {
  return `${parentText(graph, parent)} (uses node '${child}' as '${name}' child)`;
}

function parentText(graph: Graph, { kind, name }: Parent): string {
  if (kind === "node") return `node '${name}'`;
  if (kind === "export" || kind === "backend") return "an unnamed block device";
  if (kind === "job") return `${graph.jobs.get(name)?.type} job '${name}'`;
  return `block device '${graph.devices.get(name)?.path ?? name}'`;
}

interface ConflictContext {
  /** the graph before the command */
  readonly before: Graph;
  readonly profile: Profile;
}

/** A command that is refused for a conflict. */
export class ConflictRefusal extends BlockgraphError {
  readonly conflict: Conflict;
  /** the graph that was asked for, with the masks that collide */
  readonly wanted: Graph;

  constructor(wanted: Graph, conflict: Conflict, { before, profile }: ConflictContext) {
    const old = profile.conflictText === "of-2018";
    super(
      "graph-refused",
      old ? textOf2018(wanted, before, conflict) : conflictText(wanted, conflict),
    );
    this.wanted = wanted;
    this.conflict = conflict;
  }
}

/** The conflict behind a refusal, if there is one. */
export function conflictBehind(error: unknown): ConflictRefusal | null {
  if (error instanceof ConflictRefusal) return error;
  return error instanceof Error && error.cause !== undefined ? conflictBehind(error.cause) : null;
}
