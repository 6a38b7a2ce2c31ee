/**
 * One operation on a medium, made of one request or of several that lie end to end.
 *
 * Sixteen reads of 64 KiB in a row cost one `readv` of 1 MiB and one completion: that, not the
 * copying, is what a request costs.
 */
import type { Errno, StorageOperation } from "../vocabulary.ts";
import type { Pending } from "./pending.ts";

/** buffers that one `readv` or `writev` takes on Linux (IOV_MAX) */
const MAX_REQUESTS = 1024;
/** bytes; long enough to make the cost of a call vanish, short enough to let others in between */
export const BATCH_LENGTH_MAX = 16 * 1024 * 1024;

export class Batch {
  readonly operation: StorageOperation;
  /** byte offset in the image */
  readonly offset: number;
  /** bytes: the sum of the requests' lengths; 0 for flush */
  length: number;
  /** the requests, by ascending offset, each beginning where the one before it ends */
  readonly requests: Pending[];
  /** their buffers in that order; empty unless this is a read or a write */
  readonly buffers: Uint8Array[];
  /** whether it is a write to be compressed; its only request then, as it cannot be repeated */
  readonly compressed: boolean;
  readonly #settled: (batch: Batch, errno: Errno | null) => void;

  /**
   * @param pending the first request, maybe the only one
   * @param settled told of the end of the operation
   */
  constructor(pending: Pending, settled: (batch: Batch, errno: Errno | null) => void) {
    const { operation, offset, length, buffer, compressed = false } = pending.request;
    this.operation = operation;
    this.compressed = compressed;
    this.offset = offset;
    this.length = length;
    this.requests = [pending];
    this.buffers = buffer === null ? [] : [buffer];
    this.#settled = settled;
  }

  /**
   * Takes a request for the same operation in, if it continues the batch. Returns whether.
   *
   * @param longest bytes that the batch may have with it
   */
  extend(pending: Pending, longest: number): boolean {
    const { offset, length, buffer, compressed = false } = pending.request;
    if (
      compressed ||
      this.compressed ||
      offset !== this.offset + this.length ||
      this.length + length > longest ||
      this.requests.length === MAX_REQUESTS
    ) {
      return false;
    }
    this.length += length;
    this.requests.push(pending);
    if (buffer !== null) this.buffers.push(buffer);
    return true;
  }

  /**
   * Ends the operation. The medium calls it once.
   *
   * @param errno null: every byte was moved. An error of a batch of several requests need not say
   * which of them it hit: they are then tried one by one.
   */
  settle(errno: Errno | null): void {
    this.#settled(this, errno);
  }
}
