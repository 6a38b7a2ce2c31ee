/**
 * What a reader gave back stays given back (rule C11).
 */
import type { Property } from "../src/system/property.ts";

export const discardedIsUnreadable: Property = {
  name: "discarded-is-unreadable",
  statement:
    "A read of the view that begins after a discard of a cluster was acknowledged never returns it.",
  applies: (observation) => observation.kind === "view-read" && observation.discarded,
  violated: (observation) => observation.kind === "view-read" && observation.succeeded,
};
