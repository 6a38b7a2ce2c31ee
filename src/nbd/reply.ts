/**
 * Replies to requests, in the three styles that the protocol has.
 *
 * A simple reply is 16 bytes, then the data of a read; it has a number for an error and no more. A
 * structured or an extended one is a list of chunks, each with a header that says what follows. A
 * client that agreed to structured replies still takes simple ones for what returns no data, and
 * they are shorter; one that agreed to extended headers gets nothing else.
 */
import {
  CHUNK,
  type HeaderStyle,
  MAGIC,
  REPLY_DONE,
  STRING_MAX,
  WIRE_ERROR,
  type WireError,
} from "./constants.ts";
import type { Extent } from "./export.ts";
import type { Request } from "./request.ts";

/** Block status of one context. */
export interface ContextStatus {
  /** the number of the context */
  readonly id: number;
  readonly extents: readonly Extent[];
}

/** A command that returns no data was carried out. */
export function successReply(style: HeaderStyle, request: Request): Buffer[] {
  if (style !== "extended") return [simpleHeader(request, 0)];
  return [chunkHeader(style, request, CHUNK.NONE, 0, true, 0)];
}

/** A command failed. The message, for people, is sent where the style has room for one. */
export function errorReply(
  style: HeaderStyle,
  request: Request,
  error: WireError,
  message: string,
): Buffer[] {
  if (style === "simple") return [simpleHeader(request, WIRE_ERROR[error])];
  const text = Buffer.from(message, "utf8").subarray(0, STRING_MAX);
  const bytes = chunkHeader(style, request, CHUNK.ERROR, 6 + text.length, true, 6 + text.length);
  const at = bytes.length - text.length - 6;
  bytes.writeUInt32BE(WIRE_ERROR[error], at);
  bytes.writeUInt16BE(text.length, at + 4);
  text.copy(bytes, at + 6);
  return [bytes];
}

/** The data of a read. */
export function dataReply(style: HeaderStyle, request: Request, data: Buffer): Buffer[] {
  if (style === "simple") return [simpleHeader(request, 0), data];
  // A chunk of data holds some: a read of nothing is answered by a chunk of nothing.
  if (data.length === 0) return [chunkHeader(style, request, CHUNK.NONE, 0, true, 0)];
  const header = chunkHeader(style, request, CHUNK.OFFSET_DATA, 8 + data.length, true, 8);
  header.writeBigUInt64BE(request.position, header.length - 8);
  return [header, data];
}

/** Block status: one chunk for each context, of which there is at least one. */
export function statusReply(
  style: HeaderStyle,
  request: Request,
  statuses: readonly ContextStatus[],
): Buffer[] {
  const statusChunk = style === "extended" ? wideStatusChunk : narrowStatusChunk;
  return statuses.map((status, index) =>
    statusChunk(style, request, status, index === statuses.length - 1),
  );
}

function narrowStatusChunk(
  style: HeaderStyle,
  request: Request,
  { id, extents }: ContextStatus,
  last: boolean,
): Buffer {
  const length = 4 + 8 * extents.length;
  const bytes = chunkHeader(style, request, CHUNK.BLOCK_STATUS, length, last, length);
  let at = bytes.writeUInt32BE(id, bytes.length - length);
  for (const extent of extents) {
    at = bytes.writeUInt32BE(extent.length, at);
    at = bytes.writeUInt32BE(extent.flags, at);
  }
  return bytes;
}

function wideStatusChunk(
  style: HeaderStyle,
  request: Request,
  { id, extents }: ContextStatus,
  last: boolean,
): Buffer {
  const length = 8 + 16 * extents.length;
  const bytes = chunkHeader(style, request, CHUNK.BLOCK_STATUS_EXT, length, last, length);
  let at = bytes.writeUInt32BE(id, bytes.length - length);
  at = bytes.writeUInt32BE(extents.length, at);
  for (const extent of extents) {
    at = bytes.writeBigUInt64BE(BigInt(extent.length), at);
    at = bytes.writeBigUInt64BE(BigInt(extent.flags), at);
  }
  return bytes;
}

function simpleHeader({ cookie }: Request, error: number): Buffer {
  const bytes = Buffer.allocUnsafe(16);
  bytes.writeUInt32BE(MAGIC.SIMPLE_REPLY, 0);
  bytes.writeUInt32BE(error, 4);
  bytes.writeBigUInt64BE(cookie, 8);
  return bytes;
}

/**
 * The header of a chunk.
 *
 * @param length bytes that the chunk has after its header
 * @param room bytes of these that are to be in the same buffer, for the caller to fill
 */
function chunkHeader(
  style: HeaderStyle,
  { cookie, position }: Request,
  type: number,
  length: number,
  last: boolean,
  room: number,
): Buffer {
  const extended = style === "extended";
  const bytes = Buffer.allocUnsafe((extended ? 32 : 20) + room);
  bytes.writeUInt32BE(extended ? MAGIC.EXTENDED_REPLY : MAGIC.STRUCTURED_REPLY, 0);
  bytes.writeUInt16BE(last ? REPLY_DONE : 0, 4);
  bytes.writeUInt16BE(type, 6);
  bytes.writeBigUInt64BE(cookie, 8);
  if (extended) {
    bytes.writeBigUInt64BE(position, 16);
    bytes.writeBigUInt64BE(BigInt(length), 24);
  } else {
    bytes.writeUInt32BE(length, 16);
  }
  return bytes;
}
