/**
 * What a backup of several disks is worth (crash consistency over disks that belong together).
 *
 * Only designs that promise it have this property: who takes points in time of different disks for
 * different purposes need not care.
 */
import type { Property } from "../src/system/property.ts";

export const pointsAreOne: Property = {
  name: "points-are-one",
  statement:
    "No point in time of a disk has a write that the guest began after one had ended which the " +
    "earlier point of another disk lacks.",
  applies: (observation) => observation.kind === "points-taken",
  violated: (observation) => observation.kind === "points-taken" && observation.torn,
};
