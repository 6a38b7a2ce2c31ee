/**
 * The promise of a backup (section 6.9 of the reference: the result of a job equals its point in
 * time, or the job says that it failed).
 *
 * A job says of each piece that it has copied it, or that it could not.
 */
import type { Property } from "../src/system/property.ts";

export const jobResultEqualsPointInTime: Property = {
  name: "job-result-equals-point-in-time",
  statement:
    "What a job says it has copied is, in its target, the image as it was when the job began.",
  applies: (observation) => observation.kind === "result-read",
  violated: (observation) =>
    observation.kind === "result-read" &&
    (!observation.succeeded || observation.difference !== null),
};
