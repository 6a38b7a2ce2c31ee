/**
 * What a server says before requests: the greeting, and replies to options.
 */
import {
  HANDSHAKE_FLAG,
  INFO,
  MAGIC,
  OPTION_REPLY,
  type OptionReply,
  STRING_MAX,
} from "./constants.ts";
import type { NbdExport } from "./export.ts";

const NOTHING = Buffer.alloc(0);
const HEADER = 20;
/** bytes after the flags of an export for a client that did not say NO_ZEROES */
const ZEROES = 124;

/** The first bytes of every connection. */
export function greeting(): Buffer {
  const bytes = Buffer.alloc(18);
  bytes.writeBigUInt64BE(MAGIC.GREETING, 0);
  bytes.writeBigUInt64BE(MAGIC.OPTION, 8);
  bytes.writeUInt16BE(HANDSHAKE_FLAG.FIXED_NEWSTYLE | HANDSHAKE_FLAG.NO_ZEROES, 16);
  return bytes;
}

/** One reply to an option. */
export function optionReply(option: number, type: OptionReply, payload: Buffer = NOTHING): Buffer {
  const header = Buffer.alloc(HEADER);
  header.writeBigUInt64BE(MAGIC.OPTION_REPLY, 0);
  header.writeUInt32BE(option, 8);
  header.writeUInt32BE(type, 12);
  header.writeUInt32BE(payload.length, 16);
  return payload.length === 0 ? header : Buffer.concat([header, payload]);
}

/** A refusal, with a line for people. */
export function optionError(option: number, type: OptionReply, message: string): Buffer {
  return optionReply(option, type, Buffer.from(message, "utf8").subarray(0, STRING_MAX));
}

/** NBD_REP_SERVER: an export that there is. */
export function serverReply(option: number, { name, description }: NbdExport): Buffer {
  const bytes = Buffer.from(name, "utf8");
  const payload = Buffer.concat([word32(bytes.length), bytes, Buffer.from(description, "utf8")]);
  return optionReply(option, OPTION_REPLY.SERVER, payload);
}

/** NBD_REP_META_CONTEXT: a context that there is, with the number that replies will call it by. */
export function contextReply(option: number, id: number, name: string): Buffer {
  const payload = Buffer.concat([word32(id), Buffer.from(name, "latin1")]);
  return optionReply(option, OPTION_REPLY.META_CONTEXT, payload);
}

/** NBD_INFO_EXPORT: size and transmission flags. */
export function exportInfo(option: number, size: number, flags: number): Buffer {
  return infoReply(option, INFO.EXPORT, sizeAndFlags(size, flags));
}

/** NBD_INFO_NAME and NBD_INFO_DESCRIPTION. */
export function textInfo(option: number, info: number, text: string): Buffer {
  return infoReply(option, info, Buffer.from(text, "utf8"));
}

/** NBD_INFO_BLOCK_SIZE. */
export function blockSizeInfo(option: number, { blockSize }: NbdExport): Buffer {
  const { minimum, preferred, maximum } = blockSize;
  const payload = Buffer.concat([word32(minimum), word32(preferred), word32(maximum)]);
  return infoReply(option, INFO.BLOCK_SIZE, payload);
}

/** The whole reply to NBD_OPT_EXPORT_NAME, which has no header. */
export function exportNameReply(size: number, flags: number, zeroes: boolean): Buffer {
  return Buffer.concat([sizeAndFlags(size, flags), Buffer.alloc(zeroes ? ZEROES : 0)]);
}

function infoReply(option: number, info: number, rest: Buffer): Buffer {
  const type = Buffer.alloc(2);
  type.writeUInt16BE(info, 0);
  return optionReply(option, OPTION_REPLY.INFO, Buffer.concat([type, rest]));
}

function sizeAndFlags(size: number, flags: number): Buffer {
  const bytes = Buffer.alloc(10);
  bytes.writeBigUInt64BE(BigInt(size), 0);
  bytes.writeUInt16BE(flags, 8);
  return bytes;
}

function word32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value, 0);
  return bytes;
}
