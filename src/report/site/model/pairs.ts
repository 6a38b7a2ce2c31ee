/**
 * Designs that go together: what is wrong as it was built, and its repair.
 */

/** Models that are violated, each with the one that repairs it. */
const REPAIRS: ReadonlyMap<string, string> = new Map([
  ["break-snapshot-race", "break-snapshot"],
  ["rfc-second-picture-race", "rfc-second-picture"],
  ["two-backups-move-the-view", "two-backups-keep-the-view"],
  ["snapshot-moves-the-view", "snapshot-keeps-the-view"],
  ["backing-connected-later", "backing-connected-later-repaired"],
  ["exported-before-inserted", "shown-before-inserted"],
  ["discard-source-of-disk", "discard-source"],
  ["bitmap-cleared-late", "bitmap-cleared-early"],
  ["incremental-in-two-steps", "incremental"],
  ["multi-disk-apart", "multi-disk-transaction"],
  ["view-discard-race", "view-discard"],
  ["discard-lost", "discard-kept"],
]);

/** The model that repairs one; undefined if there is none. */
export function repairOf(model: string): string | undefined {
  return REPAIRS.get(model);
}

/** The models that one repairs. */
export function repairedBy(model: string): string[] {
  return [...REPAIRS].flatMap(([faithful, repaired]) => (repaired === model ? [faithful] : []));
}
