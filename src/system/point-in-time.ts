/**
 * What is remembered of a point in time: the bytes that a filter showed then, and what readers and
 * jobs have said of its clusters since.
 */
import type { Entry } from "./entry.ts";
import type { ImageWindow } from "./image-window.ts";
import type { Difference } from "./property.ts";

export interface PointInTime {
  /** the bytes that the filter showed: byte 0 is byte 0 of the filter */
  readonly content: Uint8Array;
  /** the part of a guest's disk that the filter stands over; null if it stands over a view */
  readonly window: ImageWindow | null;
  readonly clusterSize: number;
  /** whether somebody used the filter; before, the point in time is only about to be */
  readonly used: boolean;
  /** clusters that a reader discarded, acknowledged */
  readonly discarded: Set<number>;
  /** clusters that reads have returned */
  readonly returned: Set<number>;
  /** clusters that a job has copied, as it said */
  readonly copied: Set<number>;
  /** whether a job could not copy something, as it said; one that begins has a new filter */
  failed: boolean;
}

/** A filter of which nothing was said yet. */
export const nothingSaid = () => ({
  discarded: new Set<number>(),
  returned: new Set<number>(),
  copied: new Set<number>(),
  failed: false,
});

/** An entry that begins at a byte of a filter. */
export type EntryOfHook = Entry & { kind: "view" | "result" | "job" };

/** A range of an entry, in bytes. */
interface Range {
  readonly offset: number;
  readonly length: number;
}

/**
 * The clusters of a filter that a request covers: its interior, or its whole, which are those that
 * it leaves nothing out of (see the effects).
 */
export function coveredClusters(
  { clusterSize, content }: PointInTime,
  { shift }: EntryOfHook,
  { offset, length }: Range,
  over: "interior" | "whole",
): number[] {
  const start = offset + shift;
  const end = start + length;
  const reachesEnd = over === "whole" && end === content.length;
  const last = reachesEnd ? Math.ceil(end / clusterSize) : Math.floor(end / clusterSize);
  return between(Math.ceil(start / clusterSize), last);
}

/** The clusters of a filter that a request touches. */
export function touchedClusters(
  { clusterSize }: PointInTime,
  { shift }: EntryOfHook,
  { offset, length }: Range,
): number[] {
  const start = offset + shift;
  if (length === 0) return [];
  return between(Math.floor(start / clusterSize), Math.ceil((start + length) / clusterSize));
}

function between(first: number, end: number): number[] {
  return Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index);
}

/** Compares bytes of an entry, from `offset` on, with the point in time. */
export function differenceFrom(
  { content }: PointInTime,
  { shift }: EntryOfHook,
  offset: number,
  got: Uint8Array,
): Difference | null {
  const start = offset + shift;
  const expected = content.subarray(start, start + got.length);
  if (Buffer.compare(expected, got) === 0) return null;
  const index = got.findIndex((byte, position) => byte !== expected[position]);
  return { at: offset + index, got: got[index] ?? 0, expected: expected[index] ?? 0 };
}
