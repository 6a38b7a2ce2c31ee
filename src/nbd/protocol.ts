/**
 * The numbers of the NBD protocol, and how its messages are written. Sources: the protocol's
 * specification (doc/proto.md of the project NetworkBlockDevice/nbd), whose names these are without
 * their prefixes.
 */
import type { Errno } from "../vocabulary.ts";

/** Magic numbers of the handshake, 8 bytes each. */
export const NBD_MAGIC = 0x4e42444d41474943n;
export const OPTION_MAGIC = 0x49484156454f5054n;
export const OPTION_REPLY_MAGIC = 0x0003e889045565a9n;

/** Handshake flags, of servers and of clients. */
export const HANDSHAKE = { fixedNewstyle: 1, noZeroes: 2 } as const;

export const OPTION = {
  exportName: 1,
  abort: 2,
  list: 3,
  startTls: 5,
  info: 6,
  go: 7,
  structuredReply: 8,
  listMetaContext: 9,
  setMetaContext: 10,
  extendedHeaders: 11,
} as const;

const ERROR = 0x8000_0000;
export const OPTION_REPLY = {
  ack: 1,
  server: 2,
  info: 3,
  metaContext: 4,
  unsupported: ERROR + 1,
  policy: ERROR + 2,
  invalid: ERROR + 3,
  tlsRequired: ERROR + 5,
  unknown: ERROR + 6,
  shutdown: ERROR + 7,
  tooBig: ERROR + 9,
} as const;

export const INFO = { export: 0, name: 1, description: 2, blockSize: 3 } as const;

/** Transmission flags: what an export can do. */
export const FLAG = {
  hasFlags: 1,
  readOnly: 2,
  flush: 4,
  forceUnitAccess: 8,
  trim: 32,
  writeZeroes: 64,
  dontFragment: 128,
  multiConnection: 256,
  cache: 1024,
  fastZero: 2048,
} as const;

export const COMMAND = {
  read: 0,
  write: 1,
  disconnect: 2,
  flush: 3,
  trim: 4,
  cache: 5,
  writeZeroes: 6,
  blockStatus: 7,
} as const;

export const COMMAND_FLAG = {
  forceUnitAccess: 1,
  noHole: 2,
  dontFragment: 4,
  requestOne: 8,
  fastZero: 16,
  payloadLength: 32,
} as const;

export const REQUEST_MAGIC = 0x25609513;
export const EXTENDED_REQUEST_MAGIC = 0x21e41c71;
const SIMPLE_REPLY_MAGIC = 0x67446698;
const STRUCTURED_REPLY_MAGIC = 0x668e33ef;
const EXTENDED_REPLY_MAGIC = 0x6e8a278c;

const CHUNK_DONE = 1;
const CHUNK = {
  none: 0,
  offsetData: 1,
  blockStatus: 5,
  blockStatusExtended: 6,
  error: 0x8001,
} as const;

/** Errors as the protocol numbers them; others are invalid arguments, as in QEMU. */
const ERRORS: Readonly<Partial<Record<Errno, number>>> = {
  EPERM: 1,
  EIO: 5,
  EINVAL: 22,
  ENOSPC: 28,
  ENOTSUP: 95,
};
const INVALID = 22;

function errorNumber(errno: Errno): number {
  return ERRORS[errno] ?? INVALID;
}

/** How a client wants to be answered. */
export type ReplyStyle = "simple" | "structured" | "extended";

/** An answer without data. @param cookie the 8 bytes by which the client knows its request */
export function statusReply(
  style: ReplyStyle,
  cookie: Buffer,
  offset: number,
  errno: Errno | null,
): Buffer {
  const error = errno === null ? 0 : errorNumber(errno);
  if (style === "simple") return simpleReply(cookie, error);
  if (errno === null) return chunk(style, CHUNK.none, cookie, offset, 0);
  const payload = Buffer.alloc(6);
  payload.writeUInt32BE(error, 0);
  return Buffer.concat([chunk(style, CHUNK.error, cookie, offset, payload.length), payload]);
}

function simpleReply(cookie: Buffer, error: number): Buffer {
  const reply = Buffer.allocUnsafe(16);
  reply.writeUInt32BE(SIMPLE_REPLY_MAGIC, 0);
  reply.writeUInt32BE(error, 4);
  cookie.copy(reply, 8);
  return reply;
}

/** What stands before the bytes that a read returns. */
export function dataHeader(
  style: ReplyStyle,
  cookie: Buffer,
  offset: number,
  length: number,
): Buffer {
  if (style === "simple") return simpleReply(cookie, 0);
  const start = Buffer.allocUnsafe(8);
  start.writeBigUInt64BE(BigInt(offset), 0);
  return Buffer.concat([chunk(style, CHUNK.offsetData, cookie, offset, 8 + length), start]);
}

/** Block status of one context. @param last whether it ends the answer */
export function statusChunk(
  style: Exclude<ReplyStyle, "simple">,
  cookie: Buffer,
  offset: number,
  context: number,
  extents: readonly { readonly length: number; readonly flags: number }[],
  last: boolean,
): Buffer {
  const wide = style === "extended";
  const size = wide ? 16 : 8;
  const head = wide ? 8 : 4;
  const payload = Buffer.allocUnsafe(head + extents.length * size);
  payload.writeUInt32BE(context, 0);
  if (wide) payload.writeUInt32BE(extents.length, 4);
  extents.forEach(({ length, flags }, index) => {
    const at = head + index * size;
    if (wide) {
      payload.writeBigUInt64BE(BigInt(length), at);
      payload.writeBigUInt64BE(BigInt(flags), at + 8);
    } else {
      payload.writeUInt32BE(length, at);
      payload.writeUInt32BE(flags, at + 4);
    }
  });
  const type = wide ? CHUNK.blockStatusExtended : CHUNK.blockStatus;
  return Buffer.concat([chunk(style, type, cookie, offset, payload.length, last), payload]);
}

function chunk(
  style: Exclude<ReplyStyle, "simple">,
  type: number,
  cookie: Buffer,
  offset: number,
  length: number,
  last = true,
): Buffer {
  const wide = style === "extended";
  const header = Buffer.allocUnsafe(wide ? 32 : 20);
  header.writeUInt32BE(wide ? EXTENDED_REPLY_MAGIC : STRUCTURED_REPLY_MAGIC, 0);
  header.writeUInt16BE(last ? CHUNK_DONE : 0, 4);
  header.writeUInt16BE(type, 6);
  cookie.copy(header, 8);
  if (wide) {
    header.writeBigUInt64BE(BigInt(offset), 16);
    header.writeBigUInt64BE(BigInt(length), 24);
  } else header.writeUInt32BE(length, 16);
  return header;
}
