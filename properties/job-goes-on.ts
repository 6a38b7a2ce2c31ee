/**
 * A job that stops on errors is there to be resumed: else it might as well have failed.
 */
import type { Property } from "../src/system/property.ts";

export const jobGoesOn: Property = {
  name: "job-goes-on",
  statement: "Some job copies something after it could not.",
  promise: "sometimes",
  applies: (observation) => observation.kind === "job-resumed",
  violated: () => false,
};
