/**
 * The promise of image fleecing (PIT, section 6.9 of the reference).
 */
import type { Property } from "../src/system/property.ts";

export const viewEqualsPointInTime: Property = {
  name: "view-equals-point-in-time",
  statement:
    "A successful read of the view returns the image as it was when the hook got its first parent.",
  applies: (observation) => observation.kind === "view-read" && observation.succeeded,
  violated: (observation) => observation.difference !== null,
};
