/**
 * What can be renumbered, in terms of a packed state: groups of things, and the elements that each
 * thing consists of.
 */
import type { PackedArray } from "../layout.ts";
import type { Naming } from "./naming.ts";

/** An element of an array. */
export interface Place {
  readonly array: PackedArray;
  readonly at: number;
}

/** What every thing of a group has one of. */
export interface Part {
  /** by thing */
  readonly places: readonly Place[];
  /** bits */
  readonly width: number;
  /** the group whose things it names; null: it is just a number */
  readonly names: Naming | null;
}

export interface Group {
  readonly name: string;
  readonly size: number;
  /** parts that name things come last */
  readonly parts: readonly Part[];
  readonly named: boolean;
}

/** Those parts of which no element belongs to the groups. */
export function partsOutside(parts: readonly Part[], groups: readonly Group[]): Part[] {
  const owned = new Set(
    groups.flatMap((group) => group.parts.flatMap(({ places }) => places.map(placeKey))),
  );
  return parts.filter(({ places }) => !places.some((place) => owned.has(placeKey(place))));
}

export function placeKey({ array, at }: Place): string {
  return `${at} of ${array.name}`;
}
