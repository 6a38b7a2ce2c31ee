/**
 * The promise of a hook that flushes: a power failure does not lose the point in time (seed row 27
 * of the reference, "combine cache with target").
 */
import type { Property } from "../src/system/property.ts";

export const savedIsStable: Property = {
  name: "saved-is-stable",
  statement:
    "When the disk has taken a write, a power failure would leave in the target what was there.",
  applies: (observation) => observation.kind === "overwritten",
  violated: (observation) => observation.difference !== null,
};
