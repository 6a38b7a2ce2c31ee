/**
 * Errors are not swallowed on their way up (H30b, H30d).
 *
 * Calls of tasks do not count: whether a copy that fails costs the guest's write is for
 * `on-cbw-error` to say.
 */
import type { Property } from "../src/system/property.ts";

export const errorsAreTold: Property = {
  name: "errors-are-told",
  statement: "A request does not succeed if an image refused a call that it made itself.",
  applies: (observation) => observation.kind === "refused",
  violated: (observation) => observation.kind === "refused" && observation.succeeded,
};
