/**
 * Contents written short: a `Fill` of record.ts made into bytes.
 *
 * A log must hold what was written, because a replay writes it again, but a test write is mostly
 * one byte repeated or a pseudo-random stream whose seed says it all.
 *
 * The stream of a seed is a sequence of 32-bit words, stored little-endian. With all arithmetic
 * modulo 2^32, word number i (from 0) of seed s is mix(mix(s) + (i + 1) * 0x9e3779b9), where mix is
 * the finaliser of splitmix32: every machine and every later version must give the same bytes. A
 * short stream is a prefix of a longer one with the same seed.
 */
import { inflateRawSync } from "node:zlib";
import { BlockgraphError } from "../error.ts";
import type { Fill } from "./record.ts";

/**
 * The bytes that a fill stands for.
 *
 * @param length bytes wanted; `deflate` must hold exactly as many
 * @throws BlockgraphError `log-broken` if `deflate` is damaged or holds another number of bytes
 */
export function expandFill(fill: Fill, length: number): Uint8Array {
  if ("deflate" in fill) return inflate(fill.deflate, length);
  const bytes = new Uint8Array(length);
  if ("byte" in fill) bytes.fill(fill.byte);
  else stream(fill.seed, bytes);
  return bytes;
}

function stream(seed: number, bytes: Uint8Array): void {
  let state = mix(seed);
  const wholeWords = bytes.length - (bytes.length % 4);
  for (let at = 0; at < wholeWords; at += 4) {
    state = (state + 0x9e3779b9) | 0;
    const word = mix(state);
    bytes[at] = word;
    bytes[at + 1] = word >>> 8;
    bytes[at + 2] = word >>> 16;
    bytes[at + 3] = word >>> 24;
  }
  const last = mix((state + 0x9e3779b9) | 0);
  for (let at = wholeWords; at < bytes.length; at++) bytes[at] = last >>> (8 * (at % 4));
}

function mix(word: number): number {
  let mixed = word ^ (word >>> 16);
  mixed = Math.imul(mixed, 0x21f0aaad);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x735a2d97);
  return mixed ^ (mixed >>> 15);
}

function inflate(deflate: string, length: number): Uint8Array {
  const remedy = "restore the log from an undamaged copy";
  let bytes: Uint8Array;
  try {
    // The limit keeps a few bad bytes from asking for gigabytes; zlib wants at least 1.
    bytes = inflateRawSync(Buffer.from(deflate, "base64"), {
      maxOutputLength: Math.max(1, length),
    });
  } catch {
    throw new BlockgraphError(
      "log-broken",
      `the deflated data of a ${length}-byte range is damaged or too long; ${remedy}`,
    );
  }
  if (bytes.length === length) return bytes;
  throw new BlockgraphError(
    "log-broken",
    `the deflated data of a ${length}-byte range holds ${bytes.length} bytes; ${remedy}`,
  );
}
