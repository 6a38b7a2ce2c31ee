/**
 * The handshake as a client that wants one export, structured replies where there are any, and to
 * be told of holes.
 */
import type { ClientConnection } from "./client-connection.ts";
import type { ClientTls } from "./client-tls.ts";
import {
  HANDSHAKE_FLAG,
  INFO,
  MAGIC,
  OPTION,
  OPTION_REPLY,
  PAYLOAD_MAX,
  STRING_MAX,
} from "./constants.ts";

/** What a server said of an export. */
export interface Offer {
  /** bytes */
  readonly size: number;
  /** bits of `TRANSMISSION_FLAG` */
  readonly flags: number;
  readonly structured: boolean;
  /** the number of `base:allocation`; null: the server does not tell of holes */
  readonly allocation: number | null;
  /** bytes: the longest payload */
  readonly maximum: number;
}

interface Reply {
  readonly type: number;
  readonly payload: Buffer;
}

/** bytes; longer replies to options than any server makes */
const REPLY_MAX = 64 * 1024;
/** replies to one option */
const REPLIES_MAX = 1000;
const ALLOCATION = "base:allocation";

/** A server has refused an option. */
export class OptionRefused extends Error {
  override readonly name = "OptionRefused";
  /** one of `OPTION` */
  readonly option: number;
  /** one of `OPTION_REPLY` */
  readonly type: number;

  private constructor(option: number, type: number, message: string) {
    super(message);
    this.option = option;
    this.type = type;
  }

  /** What a server has replied to an option. */
  static by(option: number, { type, payload }: Reply): OptionRefused {
    const text = payload.toString("utf8", 0, STRING_MAX).replaceAll(/[^ -~]/g, "?");
    return new OptionRefused(option, type, `it refuses: ${text || `error ${type}`}`);
  }

  /** The same, as somebody else was told it. */
  static told(option: number, type: number, message: string): OptionRefused {
    return new OptionRefused(option, type, message);
  }
}

/**
 * @param tls null: in the clear
 * @throws OptionRefused if the server refuses; Error if it does not speak NBD as it is today
 */
export async function clientHandshake(
  connection: ClientConnection,
  exportName: string,
  tls: ClientTls | null = null,
): Promise<Offer> {
  const greeting = await connection.take(18);
  const magics = [greeting.readBigUInt64BE(0), greeting.readBigUInt64BE(8)];
  const flags = greeting.readUInt16BE(16);
  const { FIXED_NEWSTYLE, NO_ZEROES } = HANDSHAKE_FLAG;
  if (magics[0] !== MAGIC.GREETING || magics[1] !== MAGIC.OPTION || !(flags & FIXED_NEWSTYLE)) {
    throw new Error("it is no NBD server, or one of before 2012");
  }
  connection.send(words(flags & (FIXED_NEWSTYLE | NO_ZEROES)));
  if (tls !== null) await startTls(connection, tls);
  const agreed = await ask(connection, OPTION.STRUCTURED_REPLY, Buffer.alloc(0));
  const structured = agreed.at(-1)?.type === OPTION_REPLY.ACK;
  const name = Buffer.from(exportName, "utf8");
  const named = Buffer.concat([words(name.length), name]);
  const allocation = structured ? await selectAllocation(connection, named) : null;
  const replies = await ask(connection, OPTION.GO, Buffer.concat([named, Buffer.alloc(2)]));
  return { ...readInfo(replies), structured, allocation };
}

async function startTls(connection: ClientConnection, tls: ClientTls): Promise<void> {
  const [reply] = (await ask(connection, OPTION.STARTTLS, Buffer.alloc(0))).slice(-1);
  if (reply !== undefined && reply.type !== OPTION_REPLY.ACK) {
    throw OptionRefused.by(OPTION.STARTTLS, reply);
  }
  await connection.secure(tls);
}

async function selectAllocation(
  connection: ClientConnection,
  named: Buffer,
): Promise<number | null> {
  const query = Buffer.from(ALLOCATION, "latin1");
  const payload = Buffer.concat([named, words(1, query.length), query]);
  for (const reply of await ask(connection, OPTION.SET_META_CONTEXT, payload)) {
    if (reply.type !== OPTION_REPLY.META_CONTEXT || reply.payload.length < 4) continue;
    if (reply.payload.toString("latin1", 4) === ALLOCATION) return reply.payload.readUInt32BE(0);
  }
  return null;
}

function readInfo(replies: readonly Reply[]): Pick<Offer, "size" | "flags" | "maximum"> {
  const last = replies.at(-1);
  if (last === undefined) throw new Error("it breaks the protocol");
  if (last.type !== OPTION_REPLY.ACK) throw OptionRefused.by(OPTION.GO, last);
  let found: { readonly size: number; readonly flags: number } | null = null;
  let maximum = PAYLOAD_MAX;
  for (const { type, payload } of replies) {
    if (type !== OPTION_REPLY.INFO || payload.length < 2) continue;
    const info = payload.readUInt16BE(0);
    if (info === INFO.EXPORT && payload.length === 12) {
      found = { size: Number(payload.readBigUInt64BE(2)), flags: payload.readUInt16BE(10) };
    } else if (info === INFO.BLOCK_SIZE && payload.length === 14) {
      const minimum = payload.readUInt32BE(2);
      if (minimum > 1) throw new Error(`it serves no less than ${minimum} bytes at once`);
      maximum = Math.min(maximum, payload.readUInt32BE(10));
    }
  }
  if (found === null || !Number.isSafeInteger(found.size) || maximum < 1) {
    throw new Error("it does not say how long the export is");
  }
  return { ...found, maximum };
}

/** Makes an option. Returns the replies, of which the last is an ACK or an error. */
async function ask(
  connection: ClientConnection,
  option: number,
  payload: Buffer,
): Promise<Reply[]> {
  const magic = Buffer.alloc(8);
  magic.writeBigUInt64BE(MAGIC.OPTION, 0);
  connection.send(magic, words(option, payload.length), payload);
  const replies: Reply[] = [];
  while (replies.length < REPLIES_MAX) {
    const header = await connection.take(20);
    const length = header.readUInt32BE(16);
    const belongs = header.readUInt32BE(8) === option;
    if (header.readBigUInt64BE(0) !== MAGIC.OPTION_REPLY || !belongs || length > REPLY_MAX) {
      break;
    }
    const type = header.readUInt32BE(12);
    replies.push({ type, payload: await connection.take(length) });
    if (type === OPTION_REPLY.ACK || type >= OPTION_REPLY.ERR_UNSUP) return replies;
  }
  throw new Error("it breaks the protocol");
}

function words(...numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * numbers.length);
  for (const [index, number] of numbers.entries()) bytes.writeUInt32BE(number, 4 * index);
  return bytes;
}
