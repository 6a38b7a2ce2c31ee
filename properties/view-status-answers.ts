/**
 * A view that never says where it is zero would keep every promise about its status.
 */
import type { Property } from "../src/system/property.ts";

export const viewStatusAnswers: Property = {
  name: "view-status-answers",
  statement: "Some block-status of the view says that something is zero.",
  promise: "sometimes",
  applies: (observation) => observation.kind === "view-status" && observation.said === "zero",
  violated: () => false,
};
