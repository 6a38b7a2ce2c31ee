/**
 * Designs that go together: what is wrong as it was built, and its repair.
 */
import type { QmpCommand } from "../../../graph/commands.ts";
import type { Model } from "../../../system/model.ts";

/** Models that are violated, each with the one that repairs it. */
const REPAIRS: ReadonlyMap<string, string> = new Map([
  ["break-snapshot-race", "break-snapshot"],
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

/** All commands of a model, in their order. */
export function commandsOf({ phases }: Model): QmpCommand[] {
  return phases.flatMap((phase): readonly QmpCommand[] => {
    if (phase.kind === "commands") return phase.commands;
    return phase.kind === "concurrent" ? (phase.administrator?.commands ?? []) : [];
  });
}

/**
 * Whether two designs differ by their rules alone. Else what is repaired may be the very commands,
 * and then taking those of the one shows nothing of the other.
 */
export function sendTheSame(one: Model, other: Model): boolean {
  return JSON.stringify(commandsOf(one)) === JSON.stringify(commandsOf(other));
}
