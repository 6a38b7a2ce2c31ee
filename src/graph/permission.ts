/**
 * Permissions: what a parent needs of a node, and what it lets others have (QEMU
 * include/block/block-common.h, `BLK_PERM_*`).
 *
 * Every edge carries two masks. `perm` is what the parent requires; `shared` is what it allows all
 * other parents of the same node to require. Writing without changing what anybody sees needs
 * `write unchanged` or `write`; `consistent read` means that what is read is a whole image of some
 * point in time.
 */

export const CONSISTENT_READ = 1;
export const WRITE = 2;
export const WRITE_UNCHANGED = 4;
export const RESIZE = 8;

export const ALL_PERMISSIONS = CONSISTENT_READ | WRITE | WRITE_UNCHANGED | RESIZE;

/** Bits of a set of permissions, {@link ALL_PERMISSIONS} at the most. */
export type Permissions = number;

/** What an edge requires and what it shares; or, of a node, what all its parents do together. */
export interface Masks {
  readonly perm: Permissions;
  readonly shared: Permissions;
}

/** A parent that needs nothing and minds nothing. */
export const NO_DEMANDS: Masks = { perm: 0, shared: ALL_PERMISSIONS };

/** In the order in which QEMU names them; the name in QAPI has hyphens instead of spaces. */
const NAMES: readonly (readonly [Permissions, string])[] = [
  [CONSISTENT_READ, "consistent read"],
  [WRITE, "write"],
  [WRITE_UNCHANGED, "write unchanged"],
  [RESIZE, "resize"],
];

/** As conflicts name them: `write, resize` (block.c, `bdrv_perm_names`). */
export function permissionText(permissions: Permissions): string {
  return NAMES.flatMap(([bit, name]) => ((permissions & bit) === 0 ? [] : [name])).join(", ");
}

/** As QMP names them (QAPI `BlockPermission`): `["write-unchanged"]`. */
export function permissionNames(permissions: Permissions): string[] {
  return NAMES.flatMap(([bit, name]) => ((permissions & bit) === 0 ? [] : [qapiName(name)]));
}

/** QMP names in the order of their letters. */
const LETTERS: ReadonlyMap<string, string> = new Map([
  ["consistent-read", "R"],
  ["write", "W"],
  ["write-unchanged", "U"],
  ["resize", "S"],
]);

/** Two masks, by QMP names in any order, in short: `[RW/RU]` requires R and W, shares R and U. */
export function masksText(perm: readonly string[], shared: readonly string[]): string {
  const letters = (names: readonly string[]) =>
    [...LETTERS].map(([name, letter]) => (names.includes(name) ? letter : "")).join("") || "-";
  return `[${letters(perm)}/${letters(shared)}]`;
}

/** Names of all permissions in QMP. */
export const PERMISSION_NAMES: readonly string[] = NAMES.map(([, name]) => qapiName(name));

/** The bits of QMP names; a name that is none counts for nothing. */
export function permissionsNamed(names: readonly string[]): Permissions {
  return NAMES.reduce(
    (bits, [bit, name]) => (names.includes(qapiName(name)) ? bits | bit : bits),
    0,
  );
}

function qapiName(name: string): string {
  return name.replaceAll(" ", "-");
}

/** What all parents of a node require and share together (rule P1, `bdrv_get_cumulative_perm`). */
export function cumulative(edges: readonly Masks[]): Masks {
  return edges.reduce<Masks>(
    (sum, { perm, shared }) => ({ perm: sum.perm | perm, shared: sum.shared & shared }),
    NO_DEMANDS,
  );
}
