/**
 * Who copies the guest's disk skips what block-status calls zero (rule C7).
 */
import type { Property } from "../src/system/property.ts";

export const guestStatusIsSound: Property = {
  name: "guest-status-is-sound",
  statement: "Where block-status of the guest's disk says zero, a read at that time may find zero.",
  applies: (observation) => observation.kind === "guest-status" && observation.said === "zero",
  violated: (observation) => observation.difference !== null,
};
