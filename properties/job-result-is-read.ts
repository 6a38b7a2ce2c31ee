/**
 * A job of whose result nobody ever reads anything would keep every promise about it.
 */
import type { Property } from "../src/system/property.ts";

export const jobResultIsRead: Property = {
  name: "job-result-is-read",
  statement: "Some read of what a job has copied succeeds.",
  promise: "sometimes",
  applies: (observation) => observation.kind === "result-read" && observation.succeeded,
  violated: () => false,
};
