/**
 * The requests of one client, once it has chosen an export. No sockets: bytes that came go in,
 * bytes to send come out, in the order in which requests end.
 *
 * What a client may ask for is checked here; what passes lies inside the export, is no longer than
 * it takes, and changes nothing that may not be changed. A request whose payload nobody could take
 * ends the connection, since there would be no telling where the next one begins.
 */
import { BufferPool } from "../buffer-pool.ts";
import type { Errno } from "../vocabulary.ts";
import type { ExportRequest, Extent, NbdExport } from "./export.ts";
import type { Incoming } from "./incoming.ts";
import type { Agreement } from "./negotiation.ts";
import {
  COMMAND,
  COMMAND_FLAG,
  dataHeader,
  EXTENDED_REQUEST_MAGIC,
  REQUEST_MAGIC,
  statusChunk,
  statusReply,
} from "./protocol.ts";

/** requests and bytes of payload that a client may have under way; it is read on when some ended */
const REQUESTS_MAX = 128;
const PAYLOAD_MAX = 64 * 1024 * 1024;
/** the longest run of bytes that an extent can have in a narrow reply */
const NARROW_MAX = 0xffff_ffff;

/** Payloads of all clients. */
const POOL = new BufferPool();

export interface TransmissionOptions {
  readonly agreement: Agreement;
  /** @param sent called when nobody needs the bytes any more */
  send(bytes: Uint8Array, sent?: () => void): void;
  /** a request has ended: what has come can be looked at again */
  ended(): void;
}

interface Header {
  readonly flags: number;
  readonly command: number;
  readonly cookie: Buffer;
  readonly offset: number;
  readonly length: number;
}

/** A write whose payload has not come whole. */
interface Arriving {
  readonly header: Header;
  readonly buffer: Buffer;
  filled: number;
}

export class Transmission {
  readonly #options: TransmissionOptions;
  readonly #export: NbdExport;
  #arriving: Arriving | null = null;
  /** bytes of a payload that is of no use */
  #dropping = 0;
  #requests = 0;
  #payload = 0;

  constructor(options: TransmissionOptions) {
    this.#options = options;
    this.#export = options.agreement.offered;
  }

  /** requests that have not been answered */
  get underWay(): number {
    return this.#requests;
  }

  /** Whether it takes more from the client now. */
  get takesMore(): boolean {
    return this.#requests < REQUESTS_MAX && this.#payload < PAYLOAD_MAX;
  }

  /** Takes what has come as far as it goes. @returns whether the connection goes on */
  step(incoming: Incoming): boolean {
    for (;;) {
      this.#dropping = incoming.drop(this.#dropping);
      if (this.#dropping > 0) return true;
      if (this.#arriving !== null) {
        const { header, buffer } = this.#arriving;
        this.#arriving.filled = incoming.takeInto(buffer, this.#arriving.filled);
        if (this.#arriving.filled < buffer.length) return true;
        this.#arriving = null;
        this.#submit(header, buffer, true);
      }
      if (!this.takesMore) return true;
      const header = this.#header(incoming);
      if (header === null) return true;
      if (header === "malformed" || header.command === COMMAND.disconnect) return false;
      if (!this.#begin(header, incoming)) return false;
    }
  }

  #header(incoming: Incoming): Header | "malformed" | null {
    const wide = this.#options.agreement.style === "extended";
    const bytes = incoming.take(wide ? 32 : 28);
    if (bytes === null) return null;
    const magic = wide ? EXTENDED_REQUEST_MAGIC : REQUEST_MAGIC;
    if (bytes.readUInt32BE(0) !== magic) return "malformed";
    return {
      flags: bytes.readUInt16BE(4),
      command: bytes.readUInt16BE(6),
      cookie: bytes.subarray(8, 16),
      offset: Number(bytes.readBigUInt64BE(16)),
      length: wide ? Number(bytes.readBigUInt64BE(24)) : bytes.readUInt32BE(24),
    };
  }

  /** @returns whether the connection goes on */
  #begin(header: Header, incoming: Incoming): boolean {
    const { command, flags, length } = header;
    const hasPayload = command === COMMAND.write || (flags & COMMAND_FLAG.payloadLength) !== 0;
    if (hasPayload && length > this.#export.blockSize.maximum) return false;
    const problem = this.#problemOf(header);
    if (problem !== null) {
      if (hasPayload) this.#dropping = length;
      this.#reply(header, problem);
    } else if (command === COMMAND.write) {
      const whole = incoming.take(length);
      if (whole !== null) this.#submit(header, whole);
      else this.#arriving = { header, buffer: POOL.take(length), filled: 0 };
    } else if (command === COMMAND.blockStatus) this.#status(header);
    else if (command === COMMAND.read) this.#submit(header, POOL.take(length), true);
    else this.#submit(header, null);
    return true;
  }

  /** Why a request cannot be; null: it can. */
  #problemOf({ command, flags, offset, length }: Header): Errno | null {
    const { size, writable, trims, blockSize } = this.#export;
    const wide = this.#options.agreement.style === "extended";
    const known = FLAGS.get(command);
    if (known === undefined) return "EINVAL";
    const extra = wide && command === COMMAND.write ? COMMAND_FLAG.payloadLength : 0;
    if ((flags & ~(known | extra)) !== 0 || (flags & extra) !== extra) return "EINVAL";
    const writes = command === COMMAND.write || command === COMMAND.writeZeroes;
    if (writes && !writable) return "EPERM";
    if (command === COMMAND.trim && !writable && !trims) return "EPERM";
    if (command === COMMAND.flush) return null;
    if (offset > size || length > size - offset) return writes ? "ENOSPC" : "EINVAL";
    if (command === COMMAND.read && length > blockSize.maximum) return "EINVAL";
    if (command !== COMMAND.blockStatus) return null;
    const { contexts } = this.#options.agreement;
    return length === 0 || contexts.length === 0 ? "EINVAL" : null;
  }

  /** @param pooled whether the buffer is the pool's again afterwards */
  #submit(header: Header, buffer: Buffer | null, pooled = false): void {
    const { command, flags, offset, length } = header;
    const operation = OPERATIONS.get(command);
    if (operation === undefined) return;
    const payload = buffer?.length ?? 0;
    this.#requests++;
    this.#payload += payload;
    const isFlush = operation === "flush";
    const giveBack = () => {
      if (pooled && buffer !== null) POOL.give(buffer);
    };
    this.#export.submit({
      operation,
      offset: isFlush ? 0 : offset,
      length: isFlush ? 0 : length,
      buffer,
      stable: (flags & COMMAND_FLAG.forceUnitAccess) !== 0,
      mayUnmap: (flags & COMMAND_FLAG.noHole) === 0,
      fast: (flags & COMMAND_FLAG.fastZero) !== 0,
      done: (errno) => {
        this.#requests--;
        this.#payload -= payload;
        if (errno === null && operation === "read" && buffer !== null && length > 0) {
          const { style } = this.#options.agreement;
          this.#options.send(dataHeader(style, header.cookie, offset, length));
          this.#options.send(buffer, giveBack);
        } else {
          this.#reply(header, errno);
          giveBack();
        }
        this.#options.ended();
      },
    });
  }

  /** Asks for every context that was chosen; what one of them cannot say nobody does. */
  #status(header: Header): void {
    const { offset, length, flags, cookie } = header;
    const { contexts, style } = this.#options.agreement;
    const one = (flags & COMMAND_FLAG.requestOne) !== 0;
    this.#requests++;
    const answers = new Map<number, Extent[]>();
    let failed: Errno | null = null;
    let waiting = contexts.length;
    const answered = () => {
      if (--waiting > 0) return;
      this.#requests--;
      if (failed !== null || style === "simple") this.#reply(header, failed ?? "EINVAL");
      else {
        const chunks = [...answers].map(([id, extents], index) =>
          statusChunk(style, cookie, offset, id, extents, index === answers.size - 1),
        );
        for (const chunk of chunks) this.#options.send(chunk);
      }
      this.#options.ended();
    };
    for (const { id, name } of contexts) {
      this.#export.status({
        context: name,
        ...{ offset, length, one },
        done(errno, extents) {
          failed ??= errno;
          answers.set(
            id,
            joined(extents, length, one, style === "extended" ? Infinity : NARROW_MAX),
          );
          answered();
        },
      });
    }
  }

  #reply({ cookie, offset }: Header, errno: Errno | null): void {
    this.#options.send(statusReply(this.#options.agreement.style, cookie, offset, errno));
  }
}

const OPERATIONS: ReadonlyMap<number, ExportRequest["operation"]> = new Map([
  [COMMAND.read, "read"],
  [COMMAND.write, "write"],
  [COMMAND.flush, "flush"],
  [COMMAND.trim, "discard"],
  [COMMAND.cache, "cache"],
  [COMMAND.writeZeroes, "write-zeroes"],
]);

/** Flags that each command may have. */
const { forceUnitAccess, noHole, dontFragment, requestOne, fastZero } = COMMAND_FLAG;
const FLAGS: ReadonlyMap<number, number> = new Map([
  [COMMAND.read, forceUnitAccess | dontFragment],
  [COMMAND.write, forceUnitAccess],
  [COMMAND.flush, forceUnitAccess],
  [COMMAND.trim, forceUnitAccess],
  [COMMAND.cache, forceUnitAccess],
  [COMMAND.writeZeroes, forceUnitAccess | noHole | fastZero],
  [COMMAND.blockStatus, forceUnitAccess | requestOne],
]);

/** Extents with neighbours joined, none longer than can be said, all within what was asked. */
function joined(
  extents: readonly Extent[],
  length: number,
  one: boolean,
  longest: number,
): Extent[] {
  const result: { length: number; flags: number }[] = [];
  let told = 0;
  for (const extent of extents) {
    const left = Math.min(extent.length, length - told);
    if (left <= 0) break;
    const last = result.at(-1);
    if (last?.flags === extent.flags && last.length + left <= longest) last.length += left;
    else if (one && last !== undefined) break;
    else result.push({ length: Math.min(left, longest), flags: extent.flags });
    if (left > longest) break;
    told += left;
  }
  return result;
}
