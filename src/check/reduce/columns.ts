/**
 * Footprints made short: one bit for all elements between which no footprint tells a difference,
 * and none for those that no two teams could ever quarrel about.
 */
import type { Context } from "./contexts.ts";
import type { Footprint } from "./footprint.ts";
import type { Team } from "./team-list.ts";

export interface Columns {
  readonly count: number;
  /** a set of elements as a set of columns: 32-bit words, the lowest first */
  pack(elements: bigint): number[];
}

/** @param futures of contexts; what steps do next is a part of what they do in the future */
export function columnsOf(
  elements: number,
  futures: ReadonlyMap<Context, Footprint>,
  teams: readonly Team[],
): Columns {
  const sets = setsOf(futures, teams);
  const representatives = new Map<string, number>();
  const lines = sets.map((set) => set.toString(2).padStart(elements, "0"));
  const disputed = disputedOf(futures, teams);
  for (let element = 0; element < elements; element++) {
    if (((disputed >> BigInt(element)) & 1n) === 0n) continue;
    const signature = lines.map((line) => line[elements - 1 - element]).join("");
    if (!representatives.has(signature)) representatives.set(signature, element);
  }
  const chosen = [...representatives.values()];
  const words = Math.max(1, Math.ceil(chosen.length / 32));
  return {
    count: chosen.length,
    pack(set) {
      const packed = Array.from({ length: words }, () => 0);
      for (const [column, element] of chosen.entries()) {
        if (((set >> BigInt(element)) & 1n) === 0n) continue;
        packed[column >> 5] = (packed[column >> 5] ?? 0) | (1 << (column & 31));
      }
      return packed;
    },
  };
}

/** All different sets that are ever packed. */
function setsOf(
  futures: ReadonlyMap<Context, Footprint>,
  teams: readonly Team[],
): readonly bigint[] {
  const sets = new Set<bigint>(teams.map(({ own }) => own));
  for (const [{ footprint }, future] of futures) {
    for (const { reads, writes } of [footprint, future]) sets.add(reads).add(writes);
  }
  return [...sets];
}

/** Elements that one team may write and another one may read or write. */
function disputedOf(futures: ReadonlyMap<Context, Footprint>, teams: readonly Team[]): bigint {
  const [written, touched] = [teams.map(() => 0n), teams.map(() => 0n)];
  for (const [{ team }, { reads, writes }] of futures) {
    written[team.number] = (written[team.number] ?? 0n) | writes;
    touched[team.number] = (touched[team.number] ?? 0n) | reads | writes;
  }
  let disputed = 0n;
  for (const [one, writes] of written.entries()) {
    for (const [other, touches] of touched.entries()) {
      if (one !== other) disputed |= writes & touches;
    }
  }
  return disputed;
}
