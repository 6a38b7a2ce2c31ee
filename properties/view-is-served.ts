/**
 * Whoever was given a view keeps it. Where commands lead a reader's handle to something that keeps
 * no point in time, reads fail (defect R03).
 */
import type { Property } from "../src/system/property.ts";

export const viewIsServed: Property = {
  name: "view-is-served",
  statement: "No read of a view fails because the view is not there any more.",
  applies: (observation) => observation.kind === "view-read",
  violated: (observation) =>
    observation.kind === "view-read" && observation.lost && !observation.succeeded,
};
