/**
 * What models have in common in which the graph changes while others do I/O.
 */
import type { QmpCommand } from "../../src/graph/commands.ts";
import type { Actor, Commands, Model, Mutant } from "../../src/system/model.ts";
import { sectionIsNotDrained } from "../mutations.ts";
import { guestWrites, holdsInQemu, imagesOf, readerReads } from "../thread/parts.ts";

export const meanwhile = {
  ...holdsInQemu,
  bounds: { ...holdsInQemu.bounds, requests: 2 },
  images: imagesOf("cache.raw"),
} as const satisfies Partial<Model>;

/** A graph that stands, and what is sent while a guest and a reader, or others, act. */
export function sentMeanwhile(
  before: readonly QmpCommand[],
  administrator: Commands,
  actors: readonly Actor[] = [guestWrites(), readerReads],
): Model["phases"] {
  return [
    { kind: "commands", commands: before },
    { kind: "concurrent", actors, administrator },
  ];
}

/** What QEMU says when somebody would use the hook while the guest is on the disk itself. */
export const guestWouldConflict =
  "Permission conflict on node 'disk': permissions 'write' are both required by block device " +
  "'/machine/peripheral/guest/virtio-backend' (uses node 'disk' as 'root' child) and unshared by " +
  "node 'hook' (uses node 'disk' as 'file' child).";

/** Designs in which somebody is moved must notice. */
export const doesNotDrain: Mutant = {
  name: "insertion-does-not-drain",
  statement: "the guest is moved while a write is still on its way to the disk",
  mutation: sectionIsNotDrained,
  caughtBy: "view-equals-point-in-time",
};

/** The hook stays, so nothing is known of the disk below it. */
export const INSERTED = ["view-equals-point-in-time", "view-is-served"];
