/**
 * A guest that is led to the copy of its disk finds everything there (no lost guest write, section
 * 6.9 of the reference).
 */
import type { Property } from "../src/system/property.ts";

export const mirrorKeepsGuestWrites: Property = {
  name: "mirror-keeps-guest-writes",
  statement: "When a mirror is completed, its target holds every write that the guest completed.",
  applies: (observation) => observation.kind === "disk-replaced",
  violated: (observation) => observation.difference !== null,
};
