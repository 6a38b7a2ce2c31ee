/**
 * A view that nobody ever gets to read would keep every promise about reads.
 */
import type { Property } from "../src/system/property.ts";

export const viewIsRead: Property = {
  name: "view-is-read",
  statement: "Some read of the view succeeds.",
  promise: "sometimes",
  applies: (observation) => observation.kind === "view-read" && observation.succeeded,
  violated: () => false,
};
