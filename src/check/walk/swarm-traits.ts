/**
 * What makes the walks of a swarm differ, beside their seeds and their hashes: how deep they go,
 * how much they remember, and which successors they prefer.
 *
 * Each walk misses something: a deep one fills its table far from the beginning and sees little of
 * what is near; one with a large table goes on for long where it once began. So all are drawn for
 * every walk alone, and most walks go to a small part of the depth with a small part of the table.
 */
import type { Schedule } from "../../system/schedule.ts";

/** How a walk chooses among successors, which are in the order of processes and instances. */
export type Preference = "any" | "early" | "late";

export interface SwarmTraits {
  readonly maxDepth: number;
  /** the walk uses 1 / 2^halvings of the table */
  readonly halvings: number;
  readonly prefers: Preference;
}

/** Depths are this often halved at the most, but not below {@link LEAST_DEPTH}. */
const DEPTH_HALVINGS = 8;
const LEAST_DEPTH = 16;

const TABLE_HALVINGS = 8;
/** What a table must have so that all walks together fill as much as if each had 1. */
export const TABLE_FACTOR = 4;

const PREFERENCES: readonly Preference[] = ["any", "any", "early", "late"];

/** @param picks of the walk alone; the first few of them are taken */
export function swarmTraits(picks: Schedule, maxDepth: number): SwarmTraits {
  const depthHalvings = Math.max(picks.pick(DEPTH_HALVINGS), picks.pick(DEPTH_HALVINGS));
  const part = Math.floor(maxDepth / 2 ** depthHalvings);
  return {
    maxDepth: Math.max(part, Math.min(maxDepth, LEAST_DEPTH)),
    halvings: picks.pick(TABLE_HALVINGS),
    prefers: PREFERENCES[picks.pick(PREFERENCES.length)] ?? "any",
  };
}

/** One of `count` successors, as a walk prefers them. */
export function preferred(prefers: Preference, picks: Schedule, count: number): number {
  const one = picks.pick(count);
  if (prefers === "any") return one;
  const other = picks.pick(count);
  return prefers === "early" ? Math.min(one, other) : Math.max(one, other);
}
