/**
 * Why a request is refused before anybody serves it.
 *
 * The errors are those that the specification asks for ("Error values"): writing past the end is
 * ENOSPC and all else past the end EINVAL; what an export does not allow is EPERM; flags that a
 * command does not have are EINVAL. QEMU's server refuses the same requests, all of them with
 * EINVAL (nbd/server.c, `nbd_trip`).
 */
import { COMMAND, COMMAND_FLAG, type HeaderStyle, type WireError } from "./constants.ts";
import type { Agreement } from "./negotiation.ts";
import type { Request } from "./request.ts";

export interface Objection {
  readonly error: WireError;
  /** for people */
  readonly message: string;
}

/** Flags that a command may have. FUA goes with every command, and means something to changes. */
const FLAGS: ReadonlyMap<number, number> = new Map([
  [COMMAND.READ, COMMAND_FLAG.FUA],
  [COMMAND.WRITE, COMMAND_FLAG.FUA],
  [COMMAND.FLUSH, COMMAND_FLAG.FUA],
  [COMMAND.TRIM, COMMAND_FLAG.FUA],
  [COMMAND.CACHE, COMMAND_FLAG.FUA],
  [COMMAND.WRITE_ZEROES, COMMAND_FLAG.FUA | COMMAND_FLAG.NO_HOLE | COMMAND_FLAG.FAST_ZERO],
  [COMMAND.BLOCK_STATUS, COMMAND_FLAG.FUA | COMMAND_FLAG.REQ_ONE],
]);

/** bytes; the payload of a block-status request names contexts, of which there are few */
const SELECTION_MAX = 4096;

/** What is wrong with a request; null if it may be served. */
export function objectionTo(request: Request, agreement: Agreement): Objection | null {
  const { type, flags } = request;
  const known = FLAGS.get(type);
  if (known === undefined) return refuse("EINVAL", `command ${type} is not known here`);
  const forbidden = permissionObjection(request, agreement);
  if (forbidden !== null) return forbidden;
  const unknown = flags & ~(known | styleFlags(type, agreement.style));
  if (unknown !== 0) {
    return refuse("EINVAL", `command ${type} has no flags 0x${unknown.toString(16)}`);
  }
  return type === COMMAND.FLUSH
    ? flushObjection(request)
    : (lengthObjection(request, agreement) ?? rangeObjection(request, agreement));
}

function styleFlags(type: number, style: HeaderStyle): number {
  if (type === COMMAND.READ && style !== "simple") return COMMAND_FLAG.DF;
  const mayHavePayload = type === COMMAND.WRITE || type === COMMAND.BLOCK_STATUS;
  return style === "extended" && mayHavePayload ? COMMAND_FLAG.PAYLOAD_LEN : 0;
}

function permissionObjection({ type }: Request, agreement: Agreement): Objection | null {
  const { writable, trims } = agreement.export;
  if ((type === COMMAND.WRITE || type === COMMAND.WRITE_ZEROES) && !writable) {
    return refuse("EPERM", "this export cannot be written to");
  }
  if (type === COMMAND.TRIM && !writable && !trims) {
    return refuse("EPERM", "this export is read-only");
  }
  if (type === COMMAND.BLOCK_STATUS && agreement.contexts.length === 0) {
    return refuse("EINVAL", "no metadata context was selected");
  }
  return null;
}

function flushObjection({ offset, length }: Request): Objection | null {
  if (offset === 0 && length === 0) return null;
  return refuse("EINVAL", "a flush is of everything: offset and length must be 0");
}

function lengthObjection(request: Request, agreement: Agreement): Objection | null {
  const { type, flags, length } = request;
  const { maximum } = agreement.export.blockSize;
  if (type === COMMAND.BLOCK_STATUS) {
    if ((flags & COMMAND_FLAG.PAYLOAD_LEN) !== 0) {
      return length > SELECTION_MAX ? refuse("EINVAL", "too many contexts") : null;
    }
    return length === 0 ? refuse("EINVAL", "the status of no bytes is nothing") : null;
  }
  if ((type === COMMAND.READ || type === COMMAND.WRITE) && length > maximum) {
    // The one case for EOVERFLOW: without the flag, a shorter piece could have been answered.
    const error = (flags & COMMAND_FLAG.DF) === 0 ? "EINVAL" : "EOVERFLOW";
    return refuse(error, `${length} bytes at once: ${maximum} are possible`);
  }
  return null;
}

/** What is wrong with the range of a request; null if it lies in the export, block by block. */
export function rangeObjection(
  { type, flags, offset, length }: Request,
  { export: { size, blockSize } }: Agreement,
): Objection | null {
  // The length is then that of the payload, which holds the real one.
  const end = (flags & COMMAND_FLAG.PAYLOAD_LEN) !== 0 && type !== COMMAND.WRITE ? 0 : length;
  if (offset + end > size) {
    const writes = type === COMMAND.WRITE || type === COMMAND.WRITE_ZEROES;
    const error = writes ? "ENOSPC" : "EINVAL";
    return refuse(error, `${length} bytes at ${offset}: the export ends at byte ${size}`);
  }
  if (offset % blockSize.minimum !== 0 || end % blockSize.minimum !== 0) {
    return refuse("EINVAL", `offset and length must be multiples of ${blockSize.minimum}`);
  }
  return null;
}

function refuse(error: WireError, message: string): Objection {
  return { error, message };
}
