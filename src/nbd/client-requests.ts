/**
 * Requests of a client, and the replies to them, in whatever order they come.
 *
 * Nothing that a server sends is taken on trust: data has to lie in what was asked for and to make
 * it whole, a chunk to be as long as its type says, a reply to be of a request that there is. A
 * server that breaks that is let go of, and every request of it ends with EIO.
 */
import type { Errno } from "../vocabulary.ts";
import type { ClientConnection } from "./client-connection.ts";
import { CHUNK, COMMAND, MAGIC, REPLY_DONE, STRING_MAX, WIRE_ERROR } from "./constants.ts";
import type { Extent } from "./export.ts";

export interface ClientRequest {
  /** one of `COMMAND` */
  readonly type: number;
  /** bits of `COMMAND_FLAG` */
  readonly flags: number;
  /** bytes */
  readonly offset: number;
  /** bytes; no more than 32 bits */
  readonly length: number;
  /** where a read puts its bytes and a write takes them from; null otherwise */
  readonly buffer: Uint8Array | null;
  /** Called once, later. The extent is that of a block status. */
  done(errno: Errno | null, extent: Extent | null): void;
}

interface Pending {
  readonly request: ClientRequest;
  /** bytes of data that have come */
  filled: number;
  extent: Extent | null;
  errno: Errno | null;
}

interface Chunk {
  readonly flags: number;
  readonly type: number;
  readonly pending: Pending;
  readonly cookie: number;
  readonly length: number;
}

/** What the next bytes are. */
type Expected =
  | { readonly kind: "header" }
  | { readonly kind: "length"; readonly header: Buffer }
  | { readonly kind: "chunk"; readonly chunk: Chunk }
  | { readonly kind: "data"; readonly target: Buffer; at: number; readonly then: () => void };

const HEADER: Expected = { kind: "header" };
const HOLE = 2;
const ERROR_BIT = 0x8000;
/** bytes; a chunk other than of data is no longer: a message, an offset, or many extents */
const CHUNK_MAX = 2 * 1024 * 1024;

const ERRNOS: ReadonlyMap<number, Errno> = new Map([
  [WIRE_ERROR.EPERM, "EPERM"],
  [WIRE_ERROR.EINVAL, "EINVAL"],
  [WIRE_ERROR.ENOSPC, "ENOSPC"],
  [WIRE_ERROR.ENOTSUP, "ENOTSUP"],
]);

export class ClientRequests {
  readonly #connection: ClientConnection;
  readonly #structured: boolean;
  readonly #allocation: number | null;
  readonly #pending = new Map<number, Pending>();
  #expected: Expected = HEADER;
  #cookie = 0;
  #lost = false;

  /** @param allocation the number of the context whose block status is asked for; null: none */
  constructor(connection: ClientConnection, structured: boolean, allocation: number | null) {
    this.#connection = connection;
    this.#structured = structured;
    this.#allocation = allocation;
    connection.hand(
      () => this.#receive(),
      () => this.#lose(),
    );
  }

  /** Whether the connection has failed: then so does every request. */
  get lost(): boolean {
    return this.#lost;
  }

  /** Sends a request. */
  submit(request: ClientRequest): void {
    if (this.#lost) {
      process.nextTick(() => request.done("EIO", null));
      return;
    }
    const cookie = ++this.#cookie;
    this.#pending.set(cookie, { request, filled: 0, extent: null, errno: null });
    this.#connection.send(header(request, cookie));
    if (request.type === COMMAND.WRITE && request.buffer !== null) {
      this.#connection.send(request.buffer);
    }
  }

  /** Tells the server that this was all, and hangs up. No request is outstanding. */
  close(): void {
    const type = COMMAND.DISC;
    this.#connection.end(header({ type, flags: 0, offset: 0, length: 0 }, 0));
  }

  #receive(): void {
    try {
      while (!this.#lost && this.#step());
    } catch (error) {
      if (!(error instanceof ProtocolBroken)) throw error;
      this.#connection.fail(error);
    }
  }

  #lose(): void {
    this.#lost = true;
    const left = [...this.#pending.values()];
    this.#pending.clear();
    for (const { request } of left) request.done("EIO", null);
  }

  #step(): boolean {
    const expected = this.#expected;
    const { input } = this.#connection;
    if (expected.kind === "header") {
      const bytes = input.take(16);
      if (bytes !== null) this.#header(bytes);
      return bytes !== null;
    }
    if (expected.kind === "length") {
      const bytes = input.take(4);
      if (bytes !== null) this.#beginChunk(expected.header, bytes.readUInt32BE(0));
      return bytes !== null;
    }
    if (expected.kind === "data") {
      expected.at = input.fill(expected.target, expected.at);
      if (expected.at < expected.target.length) return false;
      this.#expected = HEADER;
      expected.then();
      return true;
    }
    const { chunk } = expected;
    const bytes = input.take(chunk.type === CHUNK.OFFSET_DATA ? 8 : chunk.length);
    if (bytes !== null) this.#chunk(chunk, bytes);
    return bytes !== null;
  }

  #header(bytes: Buffer): void {
    const magic = bytes.readUInt32BE(0);
    if (magic === MAGIC.STRUCTURED_REPLY) {
      if (!this.#structured) throw new ProtocolBroken("a structured reply");
      this.#expected = { kind: "length", header: bytes };
      return;
    }
    if (magic !== MAGIC.SIMPLE_REPLY) throw new ProtocolBroken("no reply");
    const { pending, cookie } = this.#find(bytes.readBigUInt64BE(8));
    const error = bytes.readUInt32BE(4);
    const { type } = pending.request;
    if (error !== 0) {
      pending.errno = ERRNOS.get(error) ?? "EIO";
    } else if (type === COMMAND.BLOCK_STATUS || (type === COMMAND.READ && this.#structured)) {
      throw new ProtocolBroken("a simple reply");
    } else if (type === COMMAND.READ) {
      this.#fill(pending, 0, pending.request.length, () => this.#finish(cookie, pending));
      return;
    }
    this.#finish(cookie, pending);
  }

  #beginChunk(header: Buffer, length: number): void {
    const { pending, cookie } = this.#find(header.readBigUInt64BE(8));
    const type = header.readUInt16BE(6);
    const limit = type === CHUNK.OFFSET_DATA ? pending.request.length + 8 : CHUNK_MAX;
    if (length > limit || (type === CHUNK.OFFSET_DATA && length <= 8)) {
      throw new ProtocolBroken("a chunk of a wrong length");
    }
    const chunk = { flags: header.readUInt16BE(4), type, pending, cookie, length };
    this.#expected = { kind: "chunk", chunk };
  }

  #chunk(chunk: Chunk, bytes: Buffer): void {
    const { flags, type, pending, cookie, length } = chunk;
    this.#expected = HEADER;
    const end = () => {
      if ((flags & REPLY_DONE) !== 0) this.#finish(cookie, pending);
    };
    if (type === CHUNK.OFFSET_DATA) {
      this.#fill(pending, this.#place(pending, bytes, length - 8), length - 8, end);
      return;
    }
    if (type === HOLE && length === 12) {
      const hole = bytes.readUInt32BE(8);
      const at = this.#place(pending, bytes, hole);
      pending.request.buffer?.fill(0, at, at + hole);
      pending.filled += hole;
    } else if (type === CHUNK.BLOCK_STATUS) {
      this.#extent(pending, bytes);
    } else if ((type & ERROR_BIT) !== 0 && length >= 6 && length <= STRING_MAX + 14) {
      pending.errno ??= ERRNOS.get(bytes.readUInt32BE(0)) ?? "EIO";
    } else if (type !== CHUNK.NONE || length > 0) {
      throw new ProtocolBroken(`a chunk of type ${type}`);
    }
    end();
  }

  #extent(pending: Pending, bytes: Buffer): void {
    const { request } = pending;
    const right = bytes.length >= 12 && bytes.length % 8 === 4 && pending.extent === null;
    if (!right || bytes.readUInt32BE(0) !== this.#allocation || bytes.readUInt32BE(4) === 0) {
      throw new ProtocolBroken("block status that was not asked for");
    }
    const length = Math.min(bytes.readUInt32BE(4), request.length);
    pending.extent = { length, flags: bytes.readUInt32BE(8) };
  }

  /** Where in a read's buffer the bytes belong that a chunk is about. */
  #place({ request }: Pending, bytes: Buffer, length: number): number {
    const at = Number(bytes.readBigUInt64BE(0)) - request.offset;
    if (request.type !== COMMAND.READ || at < 0 || length < 1 || at + length > request.length) {
      throw new ProtocolBroken("data that was not asked for");
    }
    return at;
  }

  #fill(pending: Pending, at: number, length: number, then: () => void): void {
    const { buffer } = pending.request;
    if (buffer === null) throw new Error("a read without a buffer");
    pending.filled += length;
    const target = Buffer.from(buffer.buffer, buffer.byteOffset + at, length);
    this.#expected = { kind: "data", target, at: 0, then };
  }

  #find(cookie: bigint): { readonly pending: Pending; readonly cookie: number } {
    const pending = this.#pending.get(Number(cookie));
    if (pending === undefined) throw new ProtocolBroken("a reply to nothing");
    return { pending, cookie: Number(cookie) };
  }

  #finish(cookie: number, { request, errno, filled, extent }: Pending): void {
    const { type, length } = request;
    if (errno === null) {
      const incomplete = type === COMMAND.READ && filled !== length;
      if (incomplete || (type === COMMAND.BLOCK_STATUS && extent === null)) {
        throw new ProtocolBroken("a reply that is not whole");
      }
    }
    this.#pending.delete(cookie);
    request.done(errno, errno === null ? extent : null);
  }
}

class ProtocolBroken extends Error {
  override readonly name = "ProtocolBroken";
}

type Header = Pick<ClientRequest, "type" | "flags" | "offset" | "length">;

function header({ type, flags, offset, length }: Header, cookie: number): Buffer {
  const bytes = Buffer.allocUnsafe(28);
  bytes.writeUInt32BE(MAGIC.REQUEST, 0);
  bytes.writeUInt16BE(flags, 4);
  bytes.writeUInt16BE(type, 6);
  bytes.writeBigUInt64BE(BigInt(cookie), 8);
  bytes.writeBigUInt64BE(BigInt(offset), 16);
  bytes.writeUInt32BE(length, 24);
  return bytes;
}
