/**
 * Cuts a stream of bytes into the JSON documents in it, one behind the other, with or without lines
 * (QEMU qobject/json-streamer.c: a monitor's input needs no separators).
 *
 * A document is an object or a list; what is neither goes to the end of its line. Nothing is parsed
 * here, so what is cut out may still be no JSON. What can be none any more, since a string goes
 * over the end of its line, or more is closed than was open, is cut there, so that what comes
 * behind it is heard again. What is nested too deep, or too long, is left out to the end of its
 * line.
 *
 * Limit: bytes that are no UTF-8 count as the character that stands for such.
 */
import { StringDecoder } from "node:string_decoder";

/** characters; QEMU's limit of a monitor's input is 64 MiB of tokens */
const LENGTH_MAX = 64 * 1024 * 1024;
/** objects and lists inside each other (`MAX_NESTING`) */
const NESTING_MAX = 1024;

/** A document; or QEMU's text of why there is none. */
export type Cut = { readonly text: string } | { readonly problem: string };

export class JsonSplitter {
  readonly #decoder = new StringDecoder("utf8");
  readonly #lengthMax: number;
  /** the beginning of a document, all of it looked at */
  #pieces: string[] = [];
  #length = 0;
  #braces = 0;
  #brackets = 0;
  /** the quote that a string ends with; null: there is none */
  #quote: number | null = null;
  #escaped = false;
  /** whether the rest of a line is left out */
  #skips = false;

  /** @param lengthMax characters of a document */
  constructor(lengthMax = LENGTH_MAX) {
    this.#lengthMax = lengthMax;
  }

  /** Characters of a document that has not ended. */
  get held(): number {
    return this.#length;
  }

  /** The documents that end in these bytes. */
  push(bytes: Uint8Array): Cut[] {
    const text = this.#decoder.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
    const cuts: Cut[] = [];
    let begin = 0;
    for (let at = 0; at < text.length; at++) {
      if (this.#skips) {
        this.#skips = text.charCodeAt(at) !== NEWLINE;
        begin = at + 1;
      } else if (this.#look(text.charCodeAt(at))) {
        this.#cut(text.slice(begin, at + 1), null, cuts);
        begin = at + 1;
      } else if (this.#braces + this.#brackets > NESTING_MAX) {
        this.#cut("", "JSON nesting depth limit exceeded", cuts);
      } else if (this.#length + at - begin > this.#lengthMax) {
        this.#cut("", "JSON token size limit exceeded", cuts);
      }
    }
    if (begin < text.length) this.#pieces.push(text.slice(begin));
    this.#length += text.length - begin;
    return cuts;
  }

  #cut(last: string, problem: string | null, cuts: Cut[]): void {
    const text = [...this.#pieces, last].join("").trim();
    this.#pieces = [];
    this.#length = 0;
    this.#braces = 0;
    this.#brackets = 0;
    this.#quote = null;
    this.#escaped = false;
    this.#skips = problem !== null;
    if (problem !== null) cuts.push({ problem });
    else if (text !== "") cuts.push({ text });
  }

  /** @returns whether a document ends with this character */
  #look(character: number): boolean {
    if (this.#quote !== null) {
      if (character < SPACE) return true;
      if (this.#escaped) this.#escaped = false;
      else if (character === BACKSLASH) this.#escaped = true;
      else if (character === this.#quote) this.#quote = null;
      return false;
    }
    switch (character) {
      case QUOTE:
      case APOSTROPHE:
        this.#quote = character;
        return false;
      case OPEN_BRACE:
        this.#braces++;
        return false;
      case OPEN_BRACKET:
        this.#brackets++;
        return false;
      case CLOSE_BRACE:
        this.#braces--;
        return this.#isClosed;
      case CLOSE_BRACKET:
        this.#brackets--;
        return this.#isClosed;
      default:
        return character === NEWLINE && this.#isClosed;
    }
  }

  /** Whether everything that was opened is closed, or more. */
  get #isClosed(): boolean {
    const [braces, brackets] = [this.#braces, this.#brackets];
    return braces < 0 || brackets < 0 || (braces === 0 && brackets === 0);
  }
}

const NEWLINE = 0x0a;
const SPACE = 0x20;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
