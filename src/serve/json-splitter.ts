/**
 * Cuts a stream of bytes into the JSON documents in it, one behind the other, with or without lines
 * (QEMU qobject/json-streamer.c: a monitor's input needs no separators).
 *
 * A document is an object or a list; what is neither goes to the end of its line. Nothing is parsed
 * here, so what is cut out may still be no JSON.
 */
import { StringDecoder } from "node:string_decoder";

/** characters; QEMU's limit of a monitor's input is 64 MiB of tokens */
const LENGTH_MAX = 64 * 1024 * 1024;

export class JsonSplitter {
  readonly #decoder = new StringDecoder("utf8");
  #text = "";
  /** how far `#text` has been looked at, and what was found out about that part */
  #at = 0;
  #depth = 0;
  #quoted = false;
  #escaped = false;

  /**
   * @returns the documents that end in these bytes
   * @throws RangeError if a document is too long to be one
   */
  push(bytes: Uint8Array): string[] {
    this.#text += this.#decoder.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
    const documents: string[] = [];
    for (let end = this.#end(); end > 0; end = this.#end()) {
      const document = this.#text.slice(0, end).trim();
      this.#text = this.#text.slice(end);
      this.#at = 0;
      if (document !== "") documents.push(document);
    }
    if (this.#text.length > LENGTH_MAX) {
      throw new RangeError(`a document is longer than ${LENGTH_MAX} characters`);
    }
    return documents;
  }

  /** Where the first document ends; 0: not yet. */
  #end(): number {
    for (; this.#at < this.#text.length; this.#at++) {
      const character = this.#text[this.#at];
      if (this.#escaped) this.#escaped = false;
      else if (this.#quoted) {
        this.#escaped = character === "\\";
        this.#quoted = character !== '"';
      } else if (character === '"') this.#quoted = true;
      else if (character === "{" || character === "[") this.#depth++;
      else if (character === "}" || character === "]") {
        this.#depth = Math.max(0, this.#depth - 1);
        if (this.#depth === 0) return this.#at + 1;
      } else if (character === "\n" && this.#depth === 0) return this.#at + 1;
    }
    return 0;
  }
}
