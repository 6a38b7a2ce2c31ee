/**
 * The handshake of one client: which export it wants, and how it wants to be answered (fixed
 * newstyle). No sockets: bytes that came go in, bytes to send come out.
 *
 * A client is anybody. Options are short, there are not many of them, and what is not understood is
 * answered as unsupported; only who does not speak the protocol at all is cut off.
 */
import type { NbdExport } from "./export.ts";
import type { Incoming } from "./incoming.ts";
import {
  FLAG,
  HANDSHAKE,
  INFO,
  NBD_MAGIC,
  OPTION,
  OPTION_MAGIC,
  OPTION_REPLY,
  OPTION_REPLY_MAGIC,
  type ReplyStyle,
} from "./protocol.ts";

/** bytes; a name has at most 4096, and options are names and little more */
const OPTION_LENGTH_MAX = 64 * 1024;
const NAME_LENGTH_MAX = 4096;
/** options that one client may ask about before it has chosen an export */
const OPTIONS_MAX = 1024;
/** metadata contexts that a client may ask for at once */
const QUERIES_MAX = 64;
const OPTION_HEADER = 16;

/** A metadata context that a client has chosen. */
export interface ChosenContext {
  readonly id: number;
  readonly name: string;
}

/** What was agreed on. */
export interface Agreement {
  readonly offered: NbdExport;
  readonly style: ReplyStyle;
  readonly contexts: readonly ChosenContext[];
}

export interface NegotiationOptions {
  /** the exports that there are now */
  exports(): readonly NbdExport[];
  send(bytes: Buffer): void;
  /** whether the connection is encrypted; null: it need not be, and cannot */
  readonly tls: "needed" | "done" | null;
}

/** How it stands. `closed`: the connection is to be ended; `tls`: it is to be encrypted now. */
export type Progress = "going on" | "closed" | "tls" | Agreement;

export class Negotiation {
  readonly #options: NegotiationOptions;
  #flags: number | null = null;
  #asked = 0;
  #style: ReplyStyle = "simple";
  #contexts: { readonly offered: NbdExport; readonly chosen: ChosenContext[] } | null = null;

  constructor(options: NegotiationOptions) {
    this.#options = options;
    if (options.tls === "done") {
      // Flags were exchanged before the connection was encrypted, options begin anew.
      this.#flags = HANDSHAKE.fixedNewstyle | HANDSHAKE.noZeroes;
      return;
    }
    const greeting = Buffer.alloc(18);
    greeting.writeBigUInt64BE(NBD_MAGIC, 0);
    greeting.writeBigUInt64BE(OPTION_MAGIC, 8);
    greeting.writeUInt16BE(HANDSHAKE.fixedNewstyle | HANDSHAKE.noZeroes, 16);
    options.send(greeting);
  }

  /** Takes what has come as far as it goes. */
  step(incoming: Incoming): Progress {
    if (this.#flags === null) {
      const flags = incoming.take(4);
      if (flags === null) return "going on";
      this.#flags = flags.readUInt32BE(0);
      const known = HANDSHAKE.fixedNewstyle | HANDSHAKE.noZeroes;
      if ((this.#flags & ~known) !== 0 || (this.#flags & HANDSHAKE.fixedNewstyle) === 0) {
        return "closed";
      }
    }
    for (;;) {
      const header = incoming.peek(OPTION_HEADER);
      if (header === null) return "going on";
      if (header.readBigUInt64BE(0) !== OPTION_MAGIC) return "closed";
      const [option, length] = [header.readUInt32BE(8), header.readUInt32BE(12)];
      // To skip what is too long would be to read whatever somebody sends.
      if (length > OPTION_LENGTH_MAX || ++this.#asked > OPTIONS_MAX) return "closed";
      if (incoming.length < OPTION_HEADER + length) {
        this.#asked--;
        return "going on";
      }
      incoming.drop(OPTION_HEADER);
      const progress = this.#option(option, incoming.take(length) ?? Buffer.alloc(0));
      if (progress !== "going on") return progress;
    }
  }

  #option(option: number, data: Buffer): Progress {
    if (option === OPTION.abort) {
      this.#reply(option, OPTION_REPLY.ack);
      return "closed";
    }
    if (this.#options.tls === "needed" && option !== OPTION.startTls) {
      // Who asks without options can be told nothing.
      if (option === OPTION.exportName) return "closed";
      this.#reply(
        option,
        OPTION_REPLY.tlsRequired,
        "this server wants TLS: ask for STARTTLS first",
      );
      return "going on";
    }
    switch (option) {
      case OPTION.exportName:
        return this.#exportName(data);
      case OPTION.startTls:
        return this.#startTls(data);
      case OPTION.list:
        return this.#list(data);
      case OPTION.info:
      case OPTION.go:
        return this.#info(option, data);
      case OPTION.structuredReply:
        return this.#agree(option, data, "structured");
      case OPTION.extendedHeaders:
        return this.#agree(option, data, "extended");
      case OPTION.listMetaContext:
      case OPTION.setMetaContext:
        return this.#metaContexts(option, data);
      default:
        this.#reply(option, OPTION_REPLY.unsupported, `option ${option} is not known here`);
        return "going on";
    }
  }

  /** The old way to choose: there is no way to say no but to hang up. */
  #exportName(data: Buffer): Progress {
    const offered = this.#find(data.toString("utf8"));
    if (offered === undefined) return "closed";
    const padded = ((this.#flags ?? 0) & HANDSHAKE.noZeroes) === 0;
    const answer = Buffer.alloc(padded ? 134 : 10);
    answer.writeBigUInt64BE(BigInt(offered.size), 0);
    answer.writeUInt16BE(flagsOf(offered, this.#style), 8);
    this.#options.send(answer);
    return this.#agreement(offered);
  }

  #startTls(data: Buffer): Progress {
    if (this.#options.tls === null) {
      this.#reply(OPTION.startTls, OPTION_REPLY.policy, "this server has no TLS");
      return "going on";
    }
    if (data.length > 0 || this.#options.tls === "done") {
      return this.#invalid(OPTION.startTls, "STARTTLS comes once, and with nothing");
    }
    this.#reply(OPTION.startTls, OPTION_REPLY.ack);
    return "tls";
  }

  #list(data: Buffer): Progress {
    if (data.length > 0) return this.#invalid(OPTION.list, "LIST takes nothing");
    for (const { name, description } of this.#options.exports()) {
      this.#reply(
        OPTION.list,
        OPTION_REPLY.server,
        Buffer.concat([counted(name), Buffer.from(description)]),
      );
    }
    this.#reply(OPTION.list, OPTION_REPLY.ack);
    return "going on";
  }

  #info(option: number, data: Buffer): Progress {
    const fields = new Fields(data);
    const name = fields.text();
    const wanted = name === null ? null : fields.numbers();
    if (name === null || wanted === null || !fields.isAtEnd) {
      return this.#invalid(option, "a name, and a list of information, was expected");
    }
    const offered = this.#find(name);
    if (offered === undefined) {
      this.#reply(option, OPTION_REPLY.unknown, `there is no export '${printable(name)}'`);
      return "going on";
    }
    this.#inform(option, offered, wanted);
    this.#reply(option, OPTION_REPLY.ack);
    return option === OPTION.go ? this.#agreement(offered) : "going on";
  }

  #inform(option: number, offered: NbdExport, wanted: readonly number[]): void {
    const { size, blockSize, name, description } = offered;
    const info = (type: number, ...parts: readonly Buffer[]) =>
      this.#reply(option, OPTION_REPLY.info, Buffer.concat([uint16(type), ...parts]));
    if (wanted.includes(INFO.name)) info(INFO.name, Buffer.from(name));
    if (wanted.includes(INFO.description) && description !== "") {
      info(INFO.description, Buffer.from(description));
    }
    const { minimum, preferred, maximum } = blockSize;
    info(INFO.blockSize, uint32(minimum), uint32(preferred), uint32(maximum));
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64BE(BigInt(size));
    info(INFO.export, bytes, uint16(flagsOf(offered, this.#style)));
  }

  #agree(option: number, data: Buffer, style: ReplyStyle): Progress {
    if (data.length > 0) return this.#invalid(option, "this option takes nothing");
    if (this.#style === "extended" && style === "structured") {
      return this.#invalid(option, "extended headers have been agreed on already");
    }
    // Contexts are answered in the style in which they were chosen.
    if (this.#style !== style) this.#contexts = null;
    this.#style = style;
    this.#reply(option, OPTION_REPLY.ack);
    return "going on";
  }

  #metaContexts(option: number, data: Buffer): Progress {
    const fields = new Fields(data);
    const name = fields.text();
    const queries = name === null ? null : fields.texts();
    if (name === null || queries === null || !fields.isAtEnd) {
      return this.#invalid(option, "a name, and a list of queries, was expected");
    }
    if (this.#style === "simple") {
      return this.#invalid(option, "contexts need structured replies: ask for them first");
    }
    const sets = option === OPTION.setMetaContext;
    if (sets) this.#contexts = null;
    const offered = this.#find(name);
    if (offered === undefined) {
      this.#reply(option, OPTION_REPLY.unknown, `there is no export '${printable(name)}'`);
      return "going on";
    }
    const all = offered.contexts.map((context, id) => ({ id: id + 1, name: context }));
    const chosen = all.filter((context) =>
      !sets && queries.length === 0
        ? true
        : queries.some((query) => meets(query, context.name, !sets)),
    );
    for (const context of chosen) {
      const reply = Buffer.concat([uint32(sets ? context.id : 0), Buffer.from(context.name)]);
      this.#reply(option, OPTION_REPLY.metaContext, reply);
    }
    if (sets) this.#contexts = { offered, chosen };
    this.#reply(option, OPTION_REPLY.ack);
    return "going on";
  }

  #agreement(offered: NbdExport): Agreement {
    const contexts = this.#contexts?.offered === offered ? this.#contexts.chosen : [];
    return { offered, style: this.#style, contexts };
  }

  #find(name: string): NbdExport | undefined {
    return this.#options.exports().find((each) => each.name === name);
  }

  #invalid(option: number, why: string): Progress {
    this.#reply(option, OPTION_REPLY.invalid, why);
    return "going on";
  }

  #reply(option: number, type: number, data: Buffer | string = ""): void {
    const payload = typeof data === "string" ? Buffer.from(data) : data;
    const header = Buffer.alloc(20);
    header.writeBigUInt64BE(OPTION_REPLY_MAGIC, 0);
    header.writeUInt32BE(option, 8);
    header.writeUInt32BE(type, 12);
    header.writeUInt32BE(payload.length, 16);
    this.#options.send(Buffer.concat([header, payload]));
  }
}

/** What an export can do, as a client that is answered in that style is told. */
function flagsOf(offered: NbdExport, style: ReplyStyle): number {
  const { writable, trims, multiConnection } = offered;
  const changes = writable || trims;
  return (
    FLAG.hasFlags |
    FLAG.flush |
    FLAG.forceUnitAccess |
    FLAG.cache |
    (changes ? FLAG.trim : FLAG.readOnly) |
    (writable ? FLAG.writeZeroes | FLAG.fastZero : 0) |
    (multiConnection ? FLAG.multiConnection : 0) |
    (style === "simple" ? 0 : FLAG.dontFragment)
  );
}

/** Whether a query asks for a context: by its name, or in a list also by its beginning. */
function meets(query: string, name: string, lists: boolean): boolean {
  if (query === name) return true;
  return lists && query.endsWith(":") && name.startsWith(query);
}

/** The fields of an option, one after the other; null where one is not whole. */
class Fields {
  readonly #data: Buffer;
  #at = 0;

  constructor(data: Buffer) {
    this.#data = data;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#data.length;
  }

  /** A text with its length before it. */
  text(): string | null {
    const length = this.#number(4);
    if (length === null || length > NAME_LENGTH_MAX) return null;
    if (this.#at + length > this.#data.length) return null;
    const text = this.#data.toString("utf8", this.#at, this.#at + length);
    this.#at += length;
    return text;
  }

  /** Texts with their number before them. */
  texts(): string[] | null {
    const count = this.#number(4);
    if (count === null || count > QUERIES_MAX) return null;
    return whole(Array.from({ length: count }, () => this.text()));
  }

  /** Numbers of 2 bytes with their number before them. */
  numbers(): number[] | null {
    const count = this.#number(2);
    if (count === null || this.#at + 2 * count > this.#data.length) return null;
    return whole(Array.from({ length: count }, () => this.#number(2)));
  }

  #number(bytes: 2 | 4): number | null {
    if (this.#at + bytes > this.#data.length) return null;
    const value = this.#data.readUIntBE(this.#at, bytes);
    this.#at += bytes;
    return value;
  }
}

function whole<T>(values: readonly (T | null)[]): T[] | null {
  const there = values.filter((value) => value !== null);
  return there.length === values.length ? there : null;
}

function counted(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([uint32(bytes.length), bytes]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A name of a client in a message of ours. */
function printable(name: string): string {
  return name.replace(/[^\x20-\x7e]/g, "?").slice(0, 80);
}
