/**
 * What an image must offer so that a graph can run on it.
 *
 * A storage serves byte ranges of one image of fixed length. Requests are queued by `submit` and
 * issued by `kick`, which the interpreter calls once a tick: between the two, adjacent requests for
 * the same operation are merged into one vectored file operation. Merging is invisible: every
 * request gets its own outcome, the one it would have had alone.
 *
 * Requests that touch a common byte, one of them changing it, take effect in the order in which
 * they were submitted, and the later one is issued only after the earlier one's `done` was called.
 * That is stricter than a disk; it is what makes the order of completions in an event log the order
 * of effects, so that a log replays byte for byte. (Up to a change that fails half way, as on a
 * full disk: a log says that it failed, and a replay takes that for no effect at all.) (Orders that
 * a disk could also produce are explored by the seeded scheduler, which holds requests back before
 * they are submitted.) Requests with no byte in common, and two that change nothing, complete in
 * any order.
 *
 * A flush completes when every change submitted before it is done and on stable storage. Discard
 * and write-zeroes both leave zeros behind.
 */
import type { BlockStatus, Errno, StorageOperation } from "../vocabulary.ts";

/** How a storage request ended. `status` and `bytes` are set for `block-status` alone. */
export interface StorageOutcome {
  /** null: success */
  readonly errno: Errno | null;
  /** block status of the first `bytes` bytes of the range asked for; null for other operations */
  readonly status: BlockStatus | null;
  /** bytes for which `status` holds: at least 1, at most the length asked for; else 0 */
  readonly bytes: number;
}

/** One request for one image. The storage owns it from `submit` until it calls `done`. */
export interface StorageRequest {
  readonly operation: StorageOperation;
  /** byte offset in the image */
  readonly offset: number;
  /**
   * bytes; offset + length never exceeds the image's length; 0 for flush. Any other request of
   * length 0 succeeds without touching the medium (block-status then holds for 0 bytes).
   */
  readonly length: number;
  /** where a read puts its bytes and a write takes them from (`length` bytes); null otherwise */
  readonly buffer: Uint8Array | null;
  /**
   * whether a format that can is to compress what is written; who cannot writes it as it is.
   * Default: false. Such a write is of whole clusters (`EINVAL`) that hold no data yet (`EIO`).
   */
  readonly compressed?: boolean;
  /**
   * Called exactly once, never from within `submit`; from within `kick` or later. It may submit and
   * kick, which is then issued when it has returned; it must not throw.
   */
  done(outcome: StorageOutcome): void;
}

export interface Storage {
  /** the name of the image in messages: its file name */
  readonly name: string;
  /** bytes; fixed while open */
  readonly length: number;
  /**
   * Queues a request. Never calls back, never throws for what the medium does.
   *
   * @throws BlockgraphError `request-invalid`: outside the image, or a buffer that does not fit
   */
  submit(request: StorageRequest): void;
  /**
   * Issues everything queued, merged where adjacent. What has to wait for an earlier request
   * follows by itself, without another kick.
   */
  kick(): void;
  /** Releases the image. Legal only when no request is outstanding. */
  close(): void;
}
