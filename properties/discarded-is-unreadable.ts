/**
 * What a reader gave back stays given back (rule C11).
 */
import type { Property } from "../src/system/property.ts";

export const discardedIsUnreadable: Property = {
  name: "discarded-is-unreadable",
  statement:
    "A read of the view never returns a cluster whose discard was acknowledged before it began.",
  applies: (observation) => observation.kind === "view-read" && observation.discarded,
  violated: (observation) => observation.kind === "view-read" && observation.succeeded,
};
