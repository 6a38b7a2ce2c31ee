/**
 * A flush through the hook keeps what it promises without the hook (rule C4).
 */
import type { Property } from "../src/system/property.ts";

export const flushedIsStable: Property = {
  name: "flushed-is-stable",
  statement:
    "When a guest's flush succeeds, the writes that ended before it began survive a power failure.",
  applies: (observation) => observation.kind === "guest-flush",
  violated: (observation) => observation.difference !== null,
};
