/**
 * A hook in the way must not keep room that the guest gave back (no lost discard, section 6.9 of
 * the reference; defect R06).
 *
 * A discard is advice, and whoever stores the disk may leave it at that. But where it is handed on
 * to the image without the hook, the guest has its reasons, and nobody asked the hook for advice.
 */
import type { Property } from "../src/system/property.ts";

export const noLostDiscard: Property = {
  name: "no-lost-discard",
  statement:
    "A guest's discard that succeeds reaches its disk's image, if only hooks stand in its way.",
  applies: ({ kind }) => kind === "guest-discard",
  violated: (observation) => observation.kind === "guest-discard" && !observation.arrived,
};
