/**
 * A request as it comes in: its header, compact (28 bytes) or extended (32), and how many bytes
 * follow.
 */
import { COMMAND, COMMAND_FLAG, type HeaderStyle, MAGIC } from "./constants.ts";

export interface Request {
  /** bits of `COMMAND_FLAG`, or any others */
  readonly flags: number;
  /** one of `COMMAND`, or any other number */
  readonly type: number;
  /** what the client knows the request by; goes back with every reply */
  readonly cookie: bigint;
  /** where, as it was sent */
  readonly position: bigint;
  /** the same as a number of bytes; what is beyond 2^53 is rounded, which no export reaches */
  readonly offset: number;
  /** bytes that the request is about, or that its payload has; rounded likewise */
  readonly length: number;
}

/** bytes of a request's header */
export function requestHeaderLength(style: HeaderStyle): number {
  return style === "extended" ? 32 : 28;
}

/** Takes a header apart. Null if it is none: where the next begins is then anybody's guess. */
export function parseRequest(header: Buffer, style: HeaderStyle): Request | null {
  const extended = style === "extended";
  const magic = extended ? MAGIC.EXTENDED_REQUEST : MAGIC.REQUEST;
  if (header.readUInt32BE(0) !== magic) return null;
  const position = header.readBigUInt64BE(16);
  return {
    flags: header.readUInt16BE(4),
    type: header.readUInt16BE(6),
    cookie: header.readBigUInt64BE(8),
    position,
    offset: Number(position),
    length: extended ? Number(header.readBigUInt64BE(24)) : header.readUInt32BE(24),
  };
}

/** Bytes that follow the header. */
export function payloadLength({ type, flags, length }: Request, style: HeaderStyle): number {
  if (type === COMMAND.WRITE) return length;
  return style === "extended" && (flags & COMMAND_FLAG.PAYLOAD_LEN) !== 0 ? length : 0;
}
