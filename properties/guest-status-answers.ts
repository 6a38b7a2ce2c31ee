/**
 * A discard that is put off for ever would keep every promise about what a guest reads. Of a disk
 * that begins with data everywhere, only a discard that has arrived makes some of it zero.
 */
import type { Property } from "../src/system/property.ts";

export const guestStatusAnswers: Property = {
  name: "guest-status-answers",
  statement: "Some block-status of the guest's disk says that something is zero.",
  promise: "sometimes",
  applies: (observation) => observation.kind === "guest-status" && observation.said === "zero",
  violated: () => false,
};
