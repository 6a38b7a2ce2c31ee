/**
 * The promise of a dirty bitmap (bitmap superset, section 6.9 of the reference): whoever leaves out
 * what it has not recorded leaves out nothing that was changed.
 *
 * It is asked at the point in time of a backup, or of a hook, that goes by a bitmap, about
 * everything that was written from the beginning of that bitmap until then.
 */
import type { Property } from "../src/system/property.ts";

export const incrementCoversChanges: Property = {
  name: "increment-covers-changes",
  statement: "What a backup or a hook leaves out by its bitmap was not written since that began.",
  applies: (observation) => observation.kind === "increment",
  violated: (observation) => observation.kind === "increment" && observation.missed,
};
