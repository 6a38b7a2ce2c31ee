/**
 * A host cluster changes hands only when nobody is busy with it (H60).
 */
import type { FormatProperty } from "../../src/system/format-sketch.ts";

export const guestReadsItsOwn: FormatProperty = {
  name: "guest-reads-its-own",
  statement: "A read that finds a host cluster returns something that was written to its cluster.",
  faults: ["foreign"],
};
