/**
 * A request while a queue has it, from `submit` until its `done` is called.
 */
import type { StorageRequest } from "./storage.ts";

export class Pending {
  readonly request: StorageRequest;
  /** first byte of the range that orders this request against others */
  readonly start: number;
  /** one past the last byte of that range; a flush is ordered against the whole image */
  readonly end: number;
  /** whether it may change what others read: write, write-zeroes, discard */
  readonly changing: boolean;
  /** position in the order of submission */
  readonly sequence: number;
  /** earlier requests that must be done before this one may be issued */
  blockers = 0;
  /** whether a kick has covered it: not before then may it be issued */
  kicked = false;
  /** where its range stands in the queue's table of ranges; the table's own */
  slot = -1;

  constructor(request: StorageRequest, sequence: number) {
    const { operation } = request;
    const flush = operation === "flush";
    this.request = request;
    this.start = flush ? 0 : request.offset;
    this.end = flush ? Number.POSITIVE_INFINITY : request.offset + request.length;
    this.changing = !flush && operation !== "read" && operation !== "block-status";
    this.sequence = sequence;
  }

  /**
   * Whether this request, submitted after `earlier`, may be issued only when that one is done. The
   * ranges of both have at least one byte.
   */
  waitsFor(earlier: Pending): boolean {
    return (
      (this.changing || earlier.changing) && this.start < earlier.end && earlier.start < this.end
    );
  }
}
