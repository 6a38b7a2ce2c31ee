/**
 * The hook goes out while the guest goes on writing.
 *
 * First the reader leaves, then the view, then the guest is moved back onto the disk, and only then
 * is the hook closed. The guest's writes under way in the hook are waited for when the guest is
 * moved, so nobody is in there any more when the hook goes.
 */
import type { Model, Mutant } from "../../src/system/model.ts";
import { guestOnDisk, startFleecing, stopFleecing } from "../graph.ts";
import { sectionIsNotDrained } from "../mutations.ts";
import { guestWrites, moveGuestTo, readerReads } from "../thread/parts.ts";
import { guestWouldConflict, INSERTED, meanwhile, sentMeanwhile } from "./meanwhile.ts";

const doesNotDrain: Mutant = {
  name: "removal-does-not-drain",
  statement: "the hook is closed while a read or a write is still under way in it (H12)",
  mutation: sectionIsNotDrained,
  caughtBy: "nodes-outlive-requests",
};

export const removedMeanwhile: Model = {
  ...meanwhile,
  name: "removed-meanwhile",
  title: "The hook goes out while the guest writes",
  idea:
    "The reader leaves, the view is closed, the guest is moved back onto the disk, the hook is " +
    "closed: each at any time while the guest writes. Every write ends up on the disk.",
  phases: sentMeanwhile(
    [...guestOnDisk, ...startFleecing(["reader"])],
    { commands: stopFleecing(["reader"]) },
    [guestWrites(2), readerReads],
  ),
  properties: [...meanwhile.properties, "nodes-outlive-requests"],
  mutants: [doesNotDrain],
};

export const removedBeforeReader: Model = {
  ...meanwhile,
  name: "removed-before-reader",
  title: "The guest is moved off the hook while the view is still read",
  idea:
    "The wrong order: the view is still open, so the hook still insists that nobody else writes " +
    "to the disk. The guest cannot be moved there, and both go on.",
  phases: sentMeanwhile([...guestOnDisk, ...startFleecing(["reader"])], {
    commands: [moveGuestTo("disk")],
    refused: guestWouldConflict,
  }),
  properties: INSERTED,
};
