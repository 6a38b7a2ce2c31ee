/**
 * What clients say with an option, taken apart: strictly, since it comes from outside.
 *
 * A payload has to be exactly as long as what it says it holds. Names are UTF-8, without NUL, and
 * of at most 4096 bytes (specification, "Values": strings).
 */
import { OPTION_REPLY, type OptionReply, STRING_MAX } from "./constants.ts";

/** Why an option is refused: what to reply, and a line for people. */
export class OptionRefusal extends Error {
  override readonly name = "OptionRefusal";
  readonly reply: OptionReply;

  constructor(reply: OptionReply, message: string) {
    super(message);
    this.reply = reply;
  }
}

/** NBD_OPT_INFO and NBD_OPT_GO: an export, and what a client wants to know of it. */
export interface InfoOption {
  readonly name: string;
  /** numbers of `INFO`, or any others */
  readonly requests: ReadonlySet<number>;
}

/** NBD_OPT_LIST_META_CONTEXT and NBD_OPT_SET_META_CONTEXT: an export, and names of contexts. */
export interface MetaContextOption {
  readonly name: string;
  readonly queries: readonly string[];
}

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** @throws OptionRefusal */
export function parseInfoOption(payload: Buffer): InfoOption {
  const reader = new Reader(payload);
  const name = parseName(reader.string());
  const count = reader.word16();
  const requests = new Set<number>();
  for (let index = 0; index < count; index++) requests.add(reader.word16());
  reader.end();
  return { name, requests };
}

/** @throws OptionRefusal */
export function parseMetaContextOption(payload: Buffer): MetaContextOption {
  const reader = new Reader(payload);
  const name = parseName(reader.string());
  const count = reader.word32();
  const queries: string[] = [];
  for (let index = 0; index < count; index++) {
    const bytes = reader.string();
    // A name that no context can have selects none: that is no error.
    if (bytes.length <= STRING_MAX) queries.push(bytes.toString("latin1"));
  }
  reader.end();
  return { name, queries };
}

/**
 * The name of an export.
 * @throws OptionRefusal if no export can have it
 */
function parseName(bytes: Buffer): string {
  if (bytes.length > STRING_MAX) {
    throw new OptionRefusal(
      OPTION_REPLY.ERR_TOO_BIG,
      `the name of an export has ${bytes.length} bytes: ${STRING_MAX} are possible`,
    );
  }
  try {
    const name = UTF8.decode(bytes);
    if (!name.includes("\0")) return name;
  } catch {
    // What is refused below.
  }
  throw new OptionRefusal(
    OPTION_REPLY.ERR_INVALID,
    "the name of an export must be UTF-8 without NUL",
  );
}

class Reader {
  readonly #payload: Buffer;
  #at = 0;

  constructor(payload: Buffer) {
    this.#payload = payload;
  }

  word16(): number {
    return this.#bytes(2).readUInt16BE(0);
  }

  word32(): number {
    return this.#bytes(4).readUInt32BE(0);
  }

  string(): Buffer {
    return this.#bytes(this.word32());
  }

  end(): void {
    const left = this.#payload.length - this.#at;
    if (left > 0) {
      throw new OptionRefusal(OPTION_REPLY.ERR_INVALID, `${left} bytes too many in the option`);
    }
  }

  #bytes(length: number): Buffer {
    const start = this.#at;
    if (length > this.#payload.length - start) {
      throw new OptionRefusal(OPTION_REPLY.ERR_INVALID, "the option ends before what it announces");
    }
    this.#at = start + length;
    return this.#payload.subarray(start, this.#at);
  }
}
