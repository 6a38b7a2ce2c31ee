/**
 * Who copies a view skips what block-status calls zero.
 */
import type { Property } from "../src/system/property.ts";

export const viewStatusIsSound: Property = {
  name: "view-status-is-sound",
  statement: "Where block-status of the view says zero, the point-in-time image is zero.",
  applies: (observation) => observation.kind === "view-status" && observation.said === "zero",
  violated: (observation) => observation.difference !== null,
};
