/**
 * Fleecing leaves no trace (no lost guest write, section 6.9).
 */
import type { Property } from "../src/system/property.ts";

export const diskKeepsGuestWrites: Property = {
  name: "disk-keeps-guest-writes",
  statement: "Once the hook is taken out, the disk holds every write that the guest completed.",
  applies: (observation) => observation.kind === "hook-removed",
  violated: (observation) => observation.difference !== null,
};
