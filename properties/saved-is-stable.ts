/**
 * The promise of a hook that flushes: a power failure does not lose the point in time (seed row 27
 * of the reference, "combine cache with target").
 */
import type { Property } from "../src/system/property.ts";

export const savedIsStable: Property = {
  name: "saved-is-stable",
  statement:
    "When a guest's write overwrites the disk, a power failure would leave the old data in the target.",
  applies: (observation) => observation.kind === "overwritten",
  violated: (observation) => observation.difference !== null,
};
