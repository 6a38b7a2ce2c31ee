/**
 * A job that has its source forget what was copied must not be early: what it could not write, or
 * has not written yet, it has to read again.
 */
import type { Property } from "../src/system/property.ts";

export const sourceOutlivesCopy: Property = {
  name: "source-outlives-copy",
  statement: "What a job has not copied yet its source still shows.",
  applies: (observation) => observation.kind === "job-copy",
  violated: (observation) => observation.kind === "job-copy" && observation.denied,
};
