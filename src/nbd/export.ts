/**
 * What an NBD server offers, as its clients see it: bytes of a fixed number, and what is known of
 * them.
 *
 * The server knows nothing of graphs. Whoever has something to offer implements this interface:
 * a run of a block graph, an image, a test's array of bytes.
 */
import type { Errno } from "../vocabulary.ts";

/** One request of a client. The export owns it from `submit` until it calls `done`. */
export interface ExportRequest {
  readonly operation: "read" | "write" | "write-zeroes" | "discard" | "flush" | "cache";
  /** byte offset in the export; offset + length never exceeds its size */
  readonly offset: number;
  /** bytes, more than 0; 0 for flush */
  readonly length: number;
  /** where a read puts its bytes and a write takes them from (`length` bytes); null otherwise */
  readonly buffer: Uint8Array | null;
  /** whether the change must be on stable storage when it ends (NBD_CMD_FLAG_FUA) */
  readonly stable: boolean;
  /** of write-zeroes: whether the range may become a hole (no NBD_CMD_FLAG_NO_HOLE) */
  readonly mayUnmap: boolean;
  /** of write-zeroes: fail with ENOTSUP at once if it is no faster than a write */
  readonly fast: boolean;
  /** Called exactly once, maybe from within `submit`; null: success. */
  done(errno: Errno | null): void;
}

/** A run of bytes with the same flags of a metadata context. */
export interface Extent {
  /** bytes, more than 0 */
  readonly length: number;
  /** as the context defines them: bits, or a number */
  readonly flags: number;
}

/** Block status of one metadata context. The export owns it until it calls `done`. */
export interface StatusRequest {
  readonly context: string;
  readonly offset: number;
  /** bytes, more than 0 */
  readonly length: number;
  /** whether one extent is enough (NBD_CMD_FLAG_REQ_ONE); more may be told all the same */
  readonly one: boolean;
  /**
   * Called exactly once. Extents begin at `offset`; they may end before or after the range.
   * Neighbours may have the same flags: the server joins them. Without an error there is at least
   * one extent, and all are multiples of the smallest block.
   */
  done(errno: Errno | null, extents: readonly Extent[]): void;
}

export interface NbdExport {
  readonly name: string;
  /** for people; may be empty */
  readonly description: string;
  /** bytes */
  readonly size: number;
  readonly writable: boolean;
  /** whether a client may trim although it must not write: a view that readers give back */
  readonly trims: boolean;
  /** whether a flush through one connection covers what was written through the others */
  readonly multiConnection: boolean;
  /** bytes, powers of two: the smallest request, the best one, and the longest payload */
  readonly blockSize: {
    readonly minimum: number;
    readonly preferred: number;
    readonly maximum: number;
  };
  /** names of the metadata contexts that it can tell, such as `base:allocation` */
  readonly contexts: readonly string[];
  /**
   * Begins a request. Requests are submitted in the order in which they came in, and any number may
   * be in flight: the protocol orders none. Must not throw.
   */
  submit(request: ExportRequest): void;
  /** Begins to look up block status. Must not throw. */
  status(request: StatusRequest): void;
}
