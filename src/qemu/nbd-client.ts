/**
 * A client of an NBD server that asks for one thing at a time and nothing else.
 *
 * It does without structured replies, as the kernel's client does. With them QEMU's server first
 * asks its node for block-status and cuts a read accordingly (nbd/server.c,
 * `nbd_co_send_sparse_read`): the node would see other requests than the client made.
 *
 * The protocol is that of the NetworkBlockDevice project, doc/proto.md: fixed newstyle handshake
 * with NBD_OPT_EXPORT_NAME, simple replies. All numbers are big-endian.
 */
import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import type { Errno } from "../vocabulary.ts";
import { errnoText } from "./errno-text.ts";
import type { IoRequest, IoResult } from "./qemu-io.ts";

const GREETING = 18;
const FLAGS = Buffer.from([0, 0, 0, 3]); // fixed newstyle, no zeroes after the export's flags
const OPTION = Buffer.from("IHAVEOPT", "latin1");
const EXPORT_NAME = 1;
/** size and flags of the export */
const EXPORT = 10;
const REQUEST_MAGIC = 0x25609513;
const REPLY_MAGIC = 0x67446698;
const REPLY = 16;
const DISCONNECT = 2;
/** Do not make a hole of it: what qemu-io's `write -z` says. */
const NO_HOLE = 2;
const LENGTH_MAX = 0xffff_ffff;
/** ms after which a server that does not answer counts as hung; it takes less than one, if any */
const PATIENCE = 20_000;

const TYPES: Readonly<Partial<Record<IoRequest["operation"], number>>> = {
  read: 0,
  write: 1,
  flush: 3,
  discard: 4,
  "write-zeroes": 6,
};

/** Errors as the protocol numbers them. */
const ERRNOS: ReadonlyMap<number, Errno> = new Map([
  [1, "EPERM"],
  [5, "EIO"],
  [22, "EINVAL"],
  [28, "ENOSPC"],
  [95, "ENOTSUP"],
]);

/** Whether the protocol has a request for that, as this client speaks it. */
export function isNbdRequest({ operation, length }: IoRequest): boolean {
  return TYPES[operation] !== undefined && length <= LENGTH_MAX;
}

/**
 * Connects, makes one request, and disconnects: a client that stays keeps its export in use.
 * @param path socket of the server
 * @param payload what a write writes
 * @returns the error as the C library calls it; `no answer` if the server went away
 */
export async function nbdRequest(
  path: string,
  exportName: string,
  request: IoRequest,
  payload: Uint8Array | null,
): Promise<IoResult> {
  const socket = createConnection({ path });
  const closed = once(socket, "close").catch(() => undefined);
  socket.setTimeout(PATIENCE, () => socket.destroy());
  try {
    const input = new Input(socket);
    const name = Buffer.from(exportName, "utf8");
    await input.take(GREETING);
    socket.write(Buffer.concat([FLAGS, OPTION, words(EXPORT_NAME, name.length), name]));
    await input.take(EXPORT);
    socket.write(header(TYPES[request.operation] ?? DISCONNECT, request));
    if (payload !== null) socket.write(payload);
    const reply = await input.take(REPLY);
    if (reply.readUInt32BE(0) !== REPLY_MAGIC) throw new Error("no simple reply");
    const number = reply.readUInt32BE(4);
    const errno = ERRNOS.get(number);
    const error = errno === undefined ? `NBD error ${number}` : errnoText(errno);
    if (number !== 0) return { error, data: new Uint8Array(0) };
    const data = await input.take(request.operation === "read" ? request.length : 0);
    return { error: null, data };
  } catch {
    return { error: "no answer", data: new Uint8Array(0) };
  } finally {
    socket.end(header(DISCONNECT, { offset: 0, length: 0 }));
    await closed;
  }
}

function header(type: number, { offset, length }: Pick<IoRequest, "offset" | "length">): Buffer {
  const buffer = Buffer.alloc(28);
  buffer.writeUInt32BE(REQUEST_MAGIC, 0);
  buffer.writeUInt16BE(type === TYPES["write-zeroes"] ? NO_HOLE : 0, 4);
  buffer.writeUInt16BE(type, 6);
  buffer.writeBigUInt64BE(BigInt(offset), 16);
  buffer.writeUInt32BE(length, 24);
  return buffer;
}

function words(...numbers: readonly number[]): Buffer {
  const buffer = Buffer.alloc(4 * numbers.length);
  for (const [index, number] of numbers.entries()) buffer.writeUInt32BE(number, 4 * index);
  return buffer;
}

/** What comes, in pieces of the lengths that are asked for. */
class Input {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(socket: Socket) {
    this.#chunks = socket[Symbol.asyncIterator]();
  }

  async take(length: number): Promise<Buffer> {
    const parts = [this.#rest];
    let have = this.#rest.length;
    while (have < length) {
      const next = await this.#chunks.next();
      if (next.done === true) throw new Error("the server has gone");
      parts.push(next.value);
      have += next.value.length;
    }
    const all = Buffer.concat(parts);
    this.#rest = all.subarray(length);
    return all.subarray(0, length);
  }
}
