/**
 * Clusters compressed with zstd: one frame each (RFC 8878), and after it what is left of the last
 * sector. Node has zstd from 22.15 and 23.8 on.
 */
import zlib from "node:zlib";
import { Damage } from "./damage.ts";

const MAGIC = 0xfd2fb528;
const CHECKSUM = 4;
const BLOCK_HEADER = 3;
/** bytes of the fields of a frame's header, by what its descriptor says of them */
const DICTIONARY_BYTES = [0, 1, 2, 4];
const CONTENT_SIZE_BYTES = [0, 2, 4, 8];
const BLOCK_OF_ONE_BYTE = 1;
const BLOCK_RESERVED = 3;

type Decompress = (
  bytes: Uint8Array,
  options: { readonly maxOutputLength: number },
  done: (error: Error | null, content: Buffer) => void,
) => void;

/** What decompresses a frame; null: this Node cannot. */
export function zstdDecompressor(): Decompress | null {
  const found: unknown = Reflect.get(zlib, "zstdDecompress");
  return isDecompress(found) ? found : null;
}

function isDecompress(value: unknown): value is Decompress {
  return typeof value === "function";
}

/**
 * How long the frame at the beginning is: what follows must not be decompressed.
 *
 * @returns bytes
 * @throws Damage if there is none, or not all of it
 */
export function zstdFrameLength(bytes: Buffer): number {
  if (bytes.length < 5 || bytes.readUInt32LE(0) !== MAGIC) throw new Damage("it is no zstd frame");
  const descriptor = bytes.readUInt8(4);
  const single = (descriptor >> 5) & 1;
  const contentSize = CONTENT_SIZE_BYTES[descriptor >> 6] ?? 0;
  const dictionary = DICTIONARY_BYTES[descriptor & 3] ?? 0;
  // A frame of one segment has no window, and the size of its content in one byte at least.
  let at = 5 + dictionary + (single === 1 ? Math.max(1, contentSize) : 1 + contentSize);
  for (let last = false; !last; ) {
    if (at + BLOCK_HEADER > bytes.length) throw new Damage("a zstd frame is cut short");
    const header = bytes.readUIntLE(at, BLOCK_HEADER);
    const kind = (header >> 1) & 3;
    if (kind === BLOCK_RESERVED) throw new Damage("a zstd frame has a block of no known kind");
    at += BLOCK_HEADER + (kind === BLOCK_OF_ONE_BYTE ? 1 : header >> 3);
    last = (header & 1) === 1;
  }
  const end = at + ((descriptor >> 2) & 1) * CHECKSUM;
  if (end > bytes.length) throw new Damage("a zstd frame is cut short");
  return end;
}
