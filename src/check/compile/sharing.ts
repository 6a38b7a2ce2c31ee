/**
 * Whether things of two symmetries may have an element in common.
 *
 * They may if one of the symmetries is named and the other is not, since then each cluster has its
 * share of each reader, and permuting the one does not touch the order of the other; or if a thing
 * of the earlier one lies within a thing of the later one, as requests do within those who sent
 * them: then the inner ones are sorted first.
 */
import { BlockgraphError } from "../../error.ts";
import { type Group, placeKey } from "./things.ts";

/**
 * @returns whether some element is shared
 * @throws BlockgraphError `symmetry-impossible` if two symmetries share what they must not
 */
export function refuseSharing(program: string, groups: readonly Group[]): boolean {
  const owners = groups.map(ownersOf);
  let shared = false;
  for (const [later, owner] of owners.entries()) {
    for (const [earlier, other] of owners.slice(0, later).entries()) {
      const [inner, outer] = [groups[earlier], groups[later]];
      const common = [...other.keys()].find((key) => owner.has(key));
      if (common === undefined || inner === undefined || outer === undefined) continue;
      shared = true;
      if (inner.named !== outer.named) continue;
      if (!inner.named && inner.size > 0 && isWithin(inner, owner)) continue;
      throw new BlockgraphError(
        "symmetry-impossible",
        `${program}: element ${common} belongs to ${inner.name} and to ${outer.name}; ` +
          "check it with --symmetry off",
      );
    }
  }
  return shared;
}

/** The thing that owns each element. */
function ownersOf({ parts }: Group): Map<string, number> {
  return new Map(
    parts.flatMap(({ places }) => places.map((place, thing) => [placeKey(place), thing] as const)),
  );
}

/** Whether all things of a group lie within one and the same thing of another. */
function isWithin({ parts }: Group, owner: ReadonlyMap<string, number>): boolean {
  const outer = new Set(
    parts.flatMap(({ places }) => places.map((place) => owner.get(placeKey(place)) ?? -1)),
  );
  return outer.size === 1 && !outer.has(-1);
}
