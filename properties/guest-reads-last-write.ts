/**
 * A hook in the way must not change what the guest's disk is (content equality, section 6.9).
 */
import type { Property } from "../src/system/property.ts";

export const guestReadsLastWrite: Property = {
  name: "guest-reads-last-write",
  statement:
    "A successful guest read returns, for every byte, the last completed write or one in flight.",
  applies: (observation) => observation.kind === "guest-read" && observation.succeeded,
  violated: (observation) => observation.difference !== null,
};
