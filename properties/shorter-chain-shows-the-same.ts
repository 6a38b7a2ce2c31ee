/**
 * A stream or a commit moves data from layer to layer, and the disk stays what it was (content
 * equality, section 6.9 of the reference).
 */
import type { Property } from "../src/system/property.ts";

export const shorterChainShowsTheSame: Property = {
  name: "shorter-chain-shows-the-same",
  statement: "When a stream or a commit ends, the layers that are left show what the disk was.",
  applies: (observation) => observation.kind === "chain-shortened",
  violated: (observation) => observation.difference !== null,
};
