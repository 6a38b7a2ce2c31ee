/**
 * What a queue issues its batches to: the part of a storage that does the work.
 *
 * This is also where a test puts itself between the two, to hold completions back, to fail them or
 * to count them.
 */
import type { Batch } from "./batch.ts";
import type { StorageOutcome } from "./storage.ts";

export interface Medium {
  /**
   * Starts a read, a change or a flush and calls `batch.settle` when it has ended, before or after
   * returning. Never given an empty range, or ranges that overlap with one of them changing.
   */
  start(batch: Batch): void;
  /**
   * Block status at `offset`, at once: it reads maps, not data.
   *
   * @param offset in bytes
   * @param length in bytes, at least 1
   */
  blockStatus(offset: number, length: number): StorageOutcome;
}
