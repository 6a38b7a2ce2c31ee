/**
 * Where a view can break, or be given back, some reader must be able to notice.
 */
import type { Property } from "../src/system/property.ts";

export const viewIsDenied: Property = {
  name: "view-is-denied",
  statement: "Some read of the view fails.",
  promise: "sometimes",
  applies: (observation) => observation.kind === "view-read" && !observation.succeeded,
  violated: () => false,
};
