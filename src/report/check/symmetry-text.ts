/**
 * What states are counted up to.
 */
import { nameList } from "./name-list.ts";

/** ` up to symmetry of clusters and guests`, to be put behind a number; empty: of none. */
export function symmetryText(symmetries: readonly string[]): string {
  return symmetries.length === 0 ? "" : ` up to symmetry of ${nameList(symmetries)}`;
}
