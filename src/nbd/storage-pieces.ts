/**
 * What an image is asked for, as requests that its server takes: of the kinds it offers, and no
 * longer than it allows.
 */
import { extent, failed, SUCCESS } from "../storage/outcome.ts";
import type { StorageOutcome, StorageRequest } from "../storage/storage.ts";
import type { Errno } from "../vocabulary.ts";
import type { Offer } from "./client-handshake.ts";
import type { ClientRequests } from "./client-requests.ts";
import { COMMAND, COMMAND_FLAG, TRANSMISSION_FLAG } from "./constants.ts";

type Done = (outcome: StorageOutcome) => void;

/** bytes that requests without payload are about at most; a multiple of any block size */
const LONGEST = 2 ** 31;
/** base:allocation: reads as zeros */
const ZERO = 2;
const LOST = failed("EIO");

export class StoragePieces {
  readonly #requests: ClientRequests;
  readonly #offer: Offer;
  #zeroes: Uint8Array | null = null;

  constructor(requests: ClientRequests, offer: Offer) {
    this.#requests = requests;
    this.#offer = offer;
  }

  /** Serves a request that lies in the export. `done` may be called from within. */
  serve({ operation, offset, length, buffer }: StorageRequest, done: Done): void {
    const { flags } = this.#offer;
    if (operation === "flush") {
      if ((flags & TRANSMISSION_FLAG.SEND_FLUSH) === 0) done(this.#requests.lost ? LOST : SUCCESS);
      else this.#send(COMMAND.FLUSH, 0, 0, null, done);
    } else if (operation === "block-status") {
      this.#status(offset, length, done);
    } else if (length === 0) {
      done(SUCCESS);
    } else if (operation === "read") {
      this.#cut(COMMAND.READ, offset, length, buffer, done);
    } else if ((flags & TRANSMISSION_FLAG.READ_ONLY) !== 0) {
      done(failed("EPERM"));
    } else if (operation === "write") {
      this.#cut(COMMAND.WRITE, offset, length, buffer, done);
    } else if ((flags & TRANSMISSION_FLAG.SEND_WRITE_ZEROES) !== 0) {
      this.#cut(COMMAND.WRITE_ZEROES, offset, length, null, done);
    } else {
      this.#cut(COMMAND.WRITE, offset, length, null, done);
    }
  }

  /** Whether the connection has failed: then so does every request. */
  get lost(): boolean {
    return this.#requests.lost;
  }

  close(): void {
    this.#requests.close();
  }

  #status(offset: number, length: number, done: Done): void {
    if (this.#offer.allocation === null || length === 0) {
      done(extent("data", length));
      return;
    }
    this.#requests.submit({
      type: COMMAND.BLOCK_STATUS,
      flags: COMMAND_FLAG.REQ_ONE,
      offset,
      length: Math.min(length, LONGEST),
      buffer: null,
      done: (errno, found) => {
        if (found === null) done(failed(errno ?? "EIO"));
        else done(extent((found.flags & ZERO) !== 0 ? "zero" : "data", found.length));
      },
    });
  }

  /** Sends the pieces of a request all at once. It fails as the first of them that does. */
  #cut(type: number, offset: number, length: number, buffer: Uint8Array | null, done: Done): void {
    const longest = type === COMMAND.WRITE_ZEROES ? LONGEST : this.#offer.maximum;
    let left = Math.ceil(length / longest);
    let failure: StorageOutcome | null = null;
    const end = (outcome: StorageOutcome): void => {
      if (outcome.errno !== null) failure ??= outcome;
      if (--left === 0) done(failure ?? SUCCESS);
    };
    for (let at = 0; at < length; at += longest) {
      const piece = Math.min(longest, length - at);
      const bytes = type === COMMAND.WRITE_ZEROES ? null : this.#bytes(buffer, at, piece);
      this.#send(type, offset + at, piece, bytes, end);
    }
  }

  /** A part of a buffer, or where there is none, zeros. */
  #bytes(buffer: Uint8Array | null, at: number, length: number): Uint8Array {
    if (buffer !== null) return buffer.subarray(at, at + length);
    if (this.#zeroes === null || this.#zeroes.length < length) this.#zeroes = Buffer.alloc(length);
    return this.#zeroes.subarray(0, length);
  }

  #send(type: number, offset: number, length: number, buffer: Uint8Array | null, done: Done): void {
    const end = (errno: Errno | null): void => done(errno === null ? SUCCESS : failed(errno));
    this.#requests.submit({ type, flags: 0, offset, length, buffer, done: end });
  }
}
