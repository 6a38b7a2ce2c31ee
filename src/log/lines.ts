/**
 * Lines of a byte source, fast: the bytes (to hash) and the text (to parse) of each.
 *
 * Bytes are read in chunks, and a chunk is cut after its last newline. A chunk of plain ASCII,
 * which nearly every chunk is, becomes text in one go and each line is a piece of that text: a
 * tenth of the cost of decoding every line by itself. For the same reason lines come in batches,
 * one a chunk: resuming a generator for each costs as much as hashing it. The buffer grows only
 * for a line longer than a chunk.
 */
import { isAscii, isUtf8 } from "node:buffer";
import { BlockgraphError } from "../error.ts";
import type { ByteSource } from "./source.ts";

/** The longest line that is read or written: it fits in a JavaScript string with room to spare. */
export const LINE_BYTES_MAX = 256 * 1024 * 1024;

export interface Line {
  /** without the newline; null if the bytes are not UTF-8 */
  readonly text: string | null;
  /** without the newline; valid until the next batch is asked for */
  readonly bytes: Uint8Array;
  /** byte offset of the line in the source */
  readonly offset: number;
  /** whether a newline follows: false only for the last line of a source that ends without one */
  readonly terminated: boolean;
}

/**
 * All lines of a source, in batches.
 *
 * @param name of the source, for the message
 * @param chunkBytes how much to read at a time, at least 1
 * @throws BlockgraphError `log-broken` for a line longer than {@link LINE_BYTES_MAX}
 */
export function* linesOf(
  read: ByteSource,
  name: string,
  chunkBytes = 64 * 1024,
): Generator<readonly Line[], void, void> {
  let buffer: Buffer = Buffer.allocUnsafe(chunkBytes);
  let filled = 0;
  let offset = 0;
  for (;;) {
    if (filled === buffer.length) buffer = grown(buffer, name, offset);
    const got = read(buffer.subarray(filled));
    const end = got === 0 ? filled : buffer.lastIndexOf(NEWLINE, filled + got - 1) + 1;
    filled += got;
    if (got > 0 && end === 0) continue;
    yield linesIn(buffer.subarray(0, end), offset);
    if (got === 0) return;
    buffer.copyWithin(0, end, filled);
    filled -= end;
    offset += end;
  }
}

const NEWLINE = 10;

/** The lines of one chunk; only the last may lack its newline. */
function linesIn(chunk: Buffer, offset: number): Line[] {
  const lines: Line[] = [];
  // A plain view: Buffer.subarray is several times slower than Uint8Array.subarray.
  const bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length);
  const text = isAscii(chunk) ? chunk.toString("latin1") : null;
  for (let start = 0; start < chunk.length; ) {
    const newline = text === null ? chunk.indexOf(NEWLINE, start) : text.indexOf("\n", start);
    const end = newline === -1 ? chunk.length : newline;
    const line = bytes.subarray(start, end);
    lines.push({
      text: text === null ? decode(line) : text.substring(start, end),
      bytes: line,
      offset: offset + start,
      terminated: newline !== -1,
    });
    start = end + 1;
  }
  return lines;
}

function decode(bytes: Uint8Array): string | null {
  if (!isUtf8(bytes)) return null;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8");
}

function grown(buffer: Buffer, name: string, offset: number): Buffer {
  if (buffer.length > LINE_BYTES_MAX) {
    throw new BlockgraphError(
      "log-broken",
      `${name}: the line at byte ${offset} is longer than ${LINE_BYTES_MAX} bytes; ` +
        "this is no log that blockgraph wrote",
    );
  }
  const larger = Buffer.allocUnsafe(buffer.length * 2);
  larger.set(buffer);
  return larger;
}
