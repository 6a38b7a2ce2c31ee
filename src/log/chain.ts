/**
 * XXH64: the hash that chains log lines and digests data.
 *
 * Every record carries `prev`, the hash of the line before it (its bytes, without the newline);
 * the first carries the hash of the empty text. Hence a changed, lost, added or swapped line shows
 * at the line after it, and two logs that agree on one `prev` agree on everything before. What a
 * chain cannot see: a change inside the last line, and whole lines missing at the end. It finds
 * accidents; whoever wants to forge a log can, because the hash has no key.
 *
 * The hash is computed in WebAssembly, whose memory grows to the longest input ever hashed and
 * never shrinks. Inputs longer than a piece are therefore hashed piece by piece, which gives the
 * same result and is also faster, because a piece stays in the CPU cache.
 */
import loadXxhash from "xxhash-wasm";

const PIECE_BYTES = 256 * 1024;
const xxhash = await loadXxhash();

/** Digest of data that arrives in parts. */
export interface DigestStream {
  /** Appends bytes, any number of them. */
  update(bytes: Uint8Array): void;
  /** Digest of everything appended so far: 16 lower-case hexadecimal digits. */
  digest(): string;
}

/** XXH64 with seed 0, loaded and ready: importing this file waits for the WebAssembly. */
export const hasher = {
  /** Digest of some bytes: 16 lower-case hexadecimal digits. Memory stays bounded. */
  digest(bytes: Uint8Array): string {
    return hex(hash(bytes));
  },

  /** Begins a digest of data that is not in memory as a whole. */
  stream(): DigestStream {
    const state = xxhash.create64();
    return {
      update: (bytes) => inPieces(bytes, (piece) => state.update(piece)),
      digest: () => hex(state.digest()),
    };
  },
};

/** The `prev` of a log's first record: the digest of the empty text. */
export const CHAIN_START = hasher.digest(new Uint8Array(0));

/**
 * The end of a chain: the hash that the next record's `prev` must be.
 *
 * The hash is kept as two 32-bit halves: a reader compares a million of them a second, and making a
 * string for each costs more than the hash itself.
 */
export class Chain {
  readonly #hash = new DataView(new ArrayBuffer(8));

  constructor() {
    this.advance(new Uint8Array(0));
  }

  /** Hash of the last line: 16 lower-case hexadecimal digits; {@link CHAIN_START} at first. */
  get end(): string {
    return hex(this.#hash.getBigUint64(0));
  }

  /** Whether `prev` is the hash of the last line. Any other text, of any length, is not. */
  holds(prev: string): boolean {
    return (
      prev.length === 16 &&
      half(prev, 0) === this.#hash.getUint32(0) &&
      half(prev, 8) === this.#hash.getUint32(4)
    );
  }

  /** Appends a line, given without its newline. */
  advance(line: Uint8Array): void {
    this.#hash.setBigUint64(0, hash(line));
  }
}

function hash(bytes: Uint8Array): bigint {
  if (bytes.length <= PIECE_BYTES) return xxhash.h64Raw(bytes);
  const state = xxhash.create64();
  inPieces(bytes, (piece) => state.update(piece));
  return state.digest();
}

function inPieces(bytes: Uint8Array, each: (piece: Uint8Array) => void): void {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) each(bytes.subarray(at, at + PIECE_BYTES));
}

function hex(value: bigint): string {
  return value.toString(16).padStart(16, "0");
}

/** Value of 8 lower-case hexadecimal digits; -1 if one of them is something else. */
function half(digits: string, from: number): number {
  let value = 0;
  for (let at = from; at < from + 8; at++) {
    const code = digits.charCodeAt(at);
    const decimal = code >= 48 && code <= 57;
    if (!decimal && !(code >= 97 && code <= 102)) return -1;
    value = (value << 4) | (decimal ? code - 48 : code - 87);
  }
  return value >>> 0;
}
