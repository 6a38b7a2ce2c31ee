/**
 * The three ways in which a storage request ends.
 *
 * Outcomes are immutable and most carry no more than an errno, so one object for each errno serves
 * every request: at some 100 000 requests a second that is garbage not made.
 */
import { type BlockStatus, ERRNOS, type Errno } from "../vocabulary.ts";
import type { StorageOutcome } from "./storage.ts";

/** Outcome of a read, a change or a flush that did what it was asked. */
export const SUCCESS: StorageOutcome = Object.freeze({ errno: null, status: null, bytes: 0 });

const FAILURES: ReadonlyMap<Errno, StorageOutcome> = new Map(
  ERRNOS.map((errno) => [errno, Object.freeze({ errno, status: null, bytes: 0 })]),
);

/** Outcome of a request that the medium could not serve. */
export function failed(errno: Errno): StorageOutcome {
  return FAILURES.get(errno) ?? { errno, status: null, bytes: 0 };
}

/**
 * Answer to a block-status request.
 *
 * @param status of the first `bytes` bytes of the range asked for
 * @param bytes at least 1, except for an empty range
 */
export function extent(status: BlockStatus, bytes: number): StorageOutcome {
  return { errno: null, status, bytes };
}
