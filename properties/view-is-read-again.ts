/**
 * Who asks again, because a reply was lost on its way, or what he did with it failed, must be able
 * to have it.
 */
import type { Property } from "../src/system/property.ts";

export const viewIsReadAgain: Property = {
  name: "view-is-read-again",
  statement: "Some read of the view succeeds although all of it had been returned before.",
  promise: "sometimes",
  applies: (observation) => observation.kind === "view-reread" && observation.succeeded,
  violated: () => false,
};
