/**
 * The handshake of one connection: which export, which style of replies, which contexts.
 *
 * It is a function of what the client says, with no socket in it: the client's flags first, then
 * one option after the other, each answered before the next is looked at, until one of them ends
 * the handshake. As QEMU's (nbd/server.c, `nbd_negotiate_options`): what is unknown or wrong is
 * refused, and the client may go on; what leaves no way to tell where the next option begins, or
 * has no reply that could say no, ends the connection.
 *
 * Where TLS is required nothing but STARTTLS and ABORT is served before it, and what was agreed
 * before it is forgotten.
 */
import {
  HANDSHAKE_FLAG,
  type HeaderStyle,
  INFO,
  OPTION,
  OPTION_REPLY,
  STRING_MAX,
} from "./constants.ts";
import type { NbdExport } from "./export.ts";
import { listContexts, type MetaContext, selectContexts } from "./meta-context.ts";
import { OptionRefusal, parseInfoOption, parseMetaContextOption } from "./option-payload.ts";
import * as reply from "./option-reply.ts";
import { transmissionFlags } from "./transmission-flags.ts";

/** What client and server go into transmission with. */
export interface Agreement {
  readonly export: NbdExport;
  readonly style: HeaderStyle;
  /** that the client may ask the block status of; only with structured or extended replies */
  readonly contexts: readonly MetaContext[];
}

/** Where exports are looked up: the list may change between two options. */
export interface Catalog {
  find(name: string): NbdExport | undefined;
  list(): Iterable<NbdExport>;
}

/** What to send, and what comes after it. */
export interface Answer {
  readonly send: readonly Buffer[];
  readonly next: "option" | "tls" | "end" | Agreement;
}

/** options that a client may make: more than any needs, few enough to come to an end */
const OPTIONS_MAX = 1024;
/** bytes; what a client that does not ask for block sizes keeps to */
const MINIMUM_ASSUMED = 512;
const END: Answer = { send: [], next: "end" };

export class Negotiation {
  readonly #catalog: Catalog;
  readonly #tlsOffered: boolean;
  #tlsActive = false;
  #fixed = false;
  #zeroes = true;
  #options = 0;
  #style: HeaderStyle = "simple";
  /** of the last selection; void unless the client then goes to that same export */
  #selected: { readonly export: string; readonly contexts: readonly MetaContext[] } | null = null;

  /** @param tls whether clients can, and then must, begin TLS */
  constructor(catalog: Catalog, tls: boolean) {
    this.#catalog = catalog;
    this.#tlsOffered = tls;
  }

  /** Takes the 32 bits that a client answers the greeting with. */
  clientFlags(flags: number): Answer {
    const { FIXED_NEWSTYLE, NO_ZEROES } = HANDSHAKE_FLAG;
    if ((flags & ~(FIXED_NEWSTYLE | NO_ZEROES)) !== 0) return END;
    this.#fixed = (flags & FIXED_NEWSTYLE) !== 0;
    this.#zeroes = (flags & NO_ZEROES) === 0;
    return { send: [], next: "option" };
  }

  /** The connection has become a TLS one. What was said in the clear does not count. */
  tlsBegun(): void {
    this.#tlsActive = true;
    this.#style = "simple";
    this.#selected = null;
  }

  /**
   * Takes an option.
   *
   * @param payload all of it; null if it was too long to keep and was skipped
   */
  option(option: number, payload: Buffer | null): Answer {
    if (++this.#options > OPTIONS_MAX) return END;
    if (option === OPTION.EXPORT_NAME) return this.#exportName(payload);
    // A client that knows no replies to options would take one for something else.
    if (!this.#fixed) return END;
    if (option === OPTION.ABORT) return { send: [ack(option)], next: "end" };
    try {
      if (this.#tlsOffered && !this.#tlsActive && option !== OPTION.STARTTLS) {
        throw new OptionRefusal(OPTION_REPLY.ERR_TLS_REQD, "begin TLS first");
      }
      if (payload === null) throw new OptionRefusal(OPTION_REPLY.ERR_TOO_BIG, "option too long");
      return this.#serve(option, payload);
    } catch (error) {
      if (!(error instanceof OptionRefusal)) throw error;
      return {
        send: [reply.optionError(option, error.reply, error.message)],
        next: "option",
      };
    }
  }

  #serve(option: number, payload: Buffer): Answer {
    switch (option) {
      case OPTION.LIST:
        requireEmpty(payload);
        return proceed(
          ...Array.from(this.#catalog.list(), (found) => reply.serverReply(option, found)),
          ack(option),
        );
      case OPTION.STARTTLS:
        return this.#startTls(option, payload);
      case OPTION.INFO:
      case OPTION.GO:
        return this.#info(option, payload);
      case OPTION.STRUCTURED_REPLY:
      case OPTION.EXTENDED_HEADERS:
        return this.#chooseStyle(option, payload);
      case OPTION.LIST_META_CONTEXT:
      case OPTION.SET_META_CONTEXT:
        return this.#metaContexts(option, payload);
      default:
        throw new OptionRefusal(OPTION_REPLY.ERR_UNSUP, `option ${option} is not known here`);
    }
  }

  /** Has no reply that could refuse: what cannot be served ends the connection. */
  #exportName(payload: Buffer | null): Answer {
    if (payload === null || payload.length > STRING_MAX) return END;
    if (this.#tlsOffered && !this.#tlsActive) return END;
    const found = this.#catalog.find(payload.toString("utf8"));
    if (found === undefined || found.blockSize.minimum > MINIMUM_ASSUMED) return END;
    const flags = transmissionFlags(found, this.#style);
    const send = [reply.exportNameReply(found.size, flags, this.#zeroes)];
    return { send, next: this.#agree(found) };
  }

  #startTls(option: number, payload: Buffer): Answer {
    requireEmpty(payload);
    if (this.#tlsActive) throw new OptionRefusal(OPTION_REPLY.ERR_INVALID, "TLS has begun already");
    if (!this.#tlsOffered) {
      throw new OptionRefusal(OPTION_REPLY.ERR_POLICY, "this server has no TLS credentials");
    }
    return { send: [ack(option)], next: "tls" };
  }

  #info(option: number, payload: Buffer): Answer {
    const { name, requests } = parseInfoOption(payload);
    const found = this.#require(name);
    const flags = transmissionFlags(found, this.#style);
    if (found.blockSize.minimum > MINIMUM_ASSUMED && !requests.has(INFO.BLOCK_SIZE)) {
      throw new OptionRefusal(
        OPTION_REPLY.ERR_BLOCK_SIZE_REQD,
        `ask for the block size, which is ${found.blockSize.minimum} bytes at least`,
      );
    }
    // In QEMU's order, the one thing that every client needs last.
    const send: Buffer[] = [];
    if (requests.has(INFO.NAME)) send.push(reply.textInfo(option, INFO.NAME, found.name));
    if (requests.has(INFO.DESCRIPTION) && found.description !== "") {
      send.push(reply.textInfo(option, INFO.DESCRIPTION, found.description));
    }
    send.push(reply.blockSizeInfo(option, found));
    send.push(reply.exportInfo(option, found.size, flags), ack(option));
    return { send, next: option === OPTION.GO ? this.#agree(found) : "option" };
  }

  #chooseStyle(option: number, payload: Buffer): Answer {
    requireEmpty(payload);
    const wanted = option === OPTION.EXTENDED_HEADERS ? "extended" : "structured";
    if (this.#style === wanted) {
      throw new OptionRefusal(OPTION_REPLY.ERR_INVALID, `${wanted} replies are agreed already`);
    }
    if (this.#style === "extended") {
      throw new OptionRefusal(OPTION_REPLY.ERR_EXT_HEADER_REQD, "extended headers are agreed");
    }
    this.#style = wanted;
    return proceed(ack(option));
  }

  #metaContexts(option: number, payload: Buffer): Answer {
    const set = option === OPTION.SET_META_CONTEXT;
    // A selection replaces the one before it, even if it fails.
    if (set) this.#selected = null;
    const { name, queries } = parseMetaContextOption(payload);
    if (set && this.#style === "simple") {
      throw new OptionRefusal(OPTION_REPLY.ERR_INVALID, "agree on structured replies first");
    }
    const found = this.#require(name);
    const choose = set ? selectContexts : listContexts;
    const contexts = choose(found.contexts, queries);
    if (set) this.#selected = { export: name, contexts };
    // In a list the number means nothing yet.
    const replies = contexts.map(({ id, name }) => reply.contextReply(option, set ? id : 0, name));
    return proceed(...replies, ack(option));
  }

  #require(name: string): NbdExport {
    const found = this.#catalog.find(name);
    if (found !== undefined) return found;
    const shown = JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}...` : name);
    throw new OptionRefusal(OPTION_REPLY.ERR_UNKNOWN, `there is no export ${shown}`);
  }

  #agree(found: NbdExport): Agreement {
    const selected = this.#selected;
    const contexts = selected?.export === found.name ? selected.contexts : [];
    return { export: found, style: this.#style, contexts };
  }
}

function requireEmpty(payload: Buffer): void {
  if (payload.length === 0) return;
  throw new OptionRefusal(OPTION_REPLY.ERR_INVALID, "this option has no payload");
}

function ack(option: number): Buffer {
  return reply.optionReply(option, OPTION_REPLY.ACK);
}

function proceed(...send: Buffer[]): Answer {
  return { send, next: "option" };
}
