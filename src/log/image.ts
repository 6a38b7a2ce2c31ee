/**
 * Whole images in a log: described when a log begins, rebuilt when it is replayed.
 *
 * An image is looked at in blocks of 64 KiB. A block of zeros is left out, a block of one byte
 * becomes a `byte` extent, anything else a `deflate` extent; neighbours of a kind are joined. An
 * image whose deflated data would exceed 16 MiB is not carried at all: its description then has the
 * digest alone, and whoever replays the log must bring the image.
 *
 * Images may be larger than memory: both directions go through a callback, a piece at a time.
 */
import { deflateRawSync } from "node:zlib";
import { BlockgraphError } from "../error.ts";
import { hasher } from "./chain.ts";
import { expandFill } from "./fill.ts";
import type { ImageRecord } from "./record.ts";

/** Bytes that are classified together. */
const IMAGE_BLOCK_BYTES = 64 * 1024;
/** Deflated bytes (before base64) up to which an image is carried in the log. */
const IMAGE_DEFLATED_BYTES_MAX = 16 * 1024 * 1024;
/** Longest range that is deflated or expanded as one: bounds the memory that both need. */
const JOINED_BYTES_MAX = 16 * 1024 * 1024;
/** Bytes that are asked for at once where every answer takes its time. */
const SLOW_READ_BYTES = 1024 * 1024;

/** An image that is read piece by piece. */
export interface ImageContent {
  /** bytes */
  readonly length: number;
  /** Fills all of `into` with the image's bytes from `offset` on; the range is inside the image. */
  read(offset: number, into: Uint8Array): void;
}

/** An image that is read piece by piece, each of which takes its time. */
export interface SlowImageContent {
  /** bytes */
  readonly length: number;
  /** Fills all of `into`, as {@link ImageContent} does, until it resolves. */
  readonly read: (offset: number, into: Uint8Array) => Promise<void>;
}

type Extent = NonNullable<ImageRecord["extents"]>[number];

/**
 * Describes an image, so that {@link expandImage} gives the same bytes again.
 *
 * @param filename the name that the record shall carry
 * @param content the bytes, or a way to read them
 */
export function describeImage(filename: string, content: Uint8Array | ImageContent): ImageRecord {
  const { length } = content;
  const description = new ImageDescription(length);
  for (const { offset, bytes } of description.blocks()) {
    description.add(offset, blockOf(content, offset, bytes));
  }
  return description.record(filename);
}

/** The same for an image that takes its time to answer; it is asked for 1 MiB at most. */
export async function describeSlowImage(
  filename: string,
  { length, read }: SlowImageContent,
): Promise<ImageRecord> {
  const description = new ImageDescription(length);
  let piece = new Uint8Array(0);
  let start = 0;
  for (const { offset, bytes } of description.blocks()) {
    if (offset === start + piece.length) {
      start = offset;
      // A fresh one each time: what is in it may be kept.
      piece = new Uint8Array(Math.min(SLOW_READ_BYTES, length - offset));
      await read(offset, piece);
    }
    description.add(offset, piece.subarray(offset - start, offset - start + bytes));
  }
  return description.record(filename);
}

/**
 * Gives the bytes of a described image, in ascending order of offset; what is not given is zero.
 *
 * @param write called for each piece, at most 16 MiB long
 * @throws BlockgraphError `log-mismatch` if the image is not carried in the log; `log-broken` if
 *   its extents overlap, leave the image, or cannot be expanded
 */
export function expandImage(
  image: ImageRecord,
  write: (offset: number, bytes: Uint8Array) => void,
): void {
  if (image.extents === null) {
    throw new BlockgraphError(
      "log-mismatch",
      `image ${image.filename} was too large to be carried in the log; ` +
        `replay with a copy of it whose XXH64 is ${image.digest}`,
    );
  }
  let free = 0;
  for (const { offset, length, fill } of image.extents) {
    if (offset < free || offset + length > image.length) {
      throw new BlockgraphError(
        "log-broken",
        `image ${image.filename}: the extent at byte ${offset}, ${length} bytes long, overlaps ` +
          `another or ends after byte ${image.length}; restore the log from an undamaged copy`,
      );
    }
    free = offset + length;
    const step = "byte" in fill ? JOINED_BYTES_MAX : length;
    for (let at = offset; at < free; at += step) {
      write(at, expandFill(fill, Math.min(step, free - at)));
    }
  }
}

function blockOf(content: Uint8Array | ImageContent, offset: number, length: number): Uint8Array {
  if (content instanceof Uint8Array) return content.subarray(offset, offset + length);
  // A fresh block each time: the collector may keep it to deflate it with its neighbours.
  const block = new Uint8Array(length);
  content.read(offset, block);
  return block;
}

/** An image whose blocks come one after the other. */
class ImageDescription {
  readonly #length: number;
  readonly #digest = hasher.stream();
  readonly #extents = new ExtentCollector();

  constructor(length: number) {
    this.#length = length;
  }

  /** What is to be added, in that order. */
  *blocks(): Generator<{ readonly offset: number; readonly bytes: number }> {
    for (let offset = 0; offset < this.#length; offset += IMAGE_BLOCK_BYTES) {
      yield { offset, bytes: Math.min(IMAGE_BLOCK_BYTES, this.#length - offset) };
    }
  }

  /** @param block is kept, and must not change */
  add(offset: number, block: Uint8Array): void {
    this.#digest.update(block);
    this.#extents.add(offset, block);
  }

  record(filename: string): ImageRecord {
    const extents = this.#extents.finish();
    return { filename, length: this.#length, extents, digest: this.#digest.digest() };
  }
}

/** Joins blocks to extents as they come; gives up on the extents when they become too much. */
class ExtentCollector {
  #extents: Extent[] | null = [];
  #deflatedBytes = 0;
  /** blocks that wait to be deflated together, and where the first of them lies */
  #waiting: Uint8Array[] = [];
  #waitingOffset = 0;
  #waitingBytes = 0;

  add(offset: number, block: Uint8Array): void {
    if (this.#extents === null) return;
    const byte = onlyByte(block);
    if (byte === null) {
      if (this.#waitingBytes + block.length > JOINED_BYTES_MAX) this.#deflate();
      if (this.#waiting.length === 0) this.#waitingOffset = offset;
      this.#waiting.push(block);
      this.#waitingBytes += block.length;
      return;
    }
    this.#deflate();
    if (byte !== 0) this.#repeat(offset, block.length, byte);
  }

  finish(): Extent[] | null {
    this.#deflate();
    return this.#extents;
  }

  #repeat(offset: number, length: number, byte: number): void {
    const last = this.#extents?.at(-1);
    const joins = last !== undefined && last.offset + last.length === offset;
    if (joins && "byte" in last.fill && last.fill.byte === byte) last.length += length;
    else this.#extents?.push({ offset, length, fill: { byte } });
  }

  #deflate(): void {
    if (this.#waiting.length === 0) return;
    const deflated = deflateRawSync(Buffer.concat(this.#waiting));
    this.#deflatedBytes += deflated.length;
    this.#extents?.push({
      offset: this.#waitingOffset,
      length: this.#waitingBytes,
      fill: { deflate: deflated.toString("base64") },
    });
    this.#waiting = [];
    this.#waitingBytes = 0;
    if (this.#deflatedBytes > IMAGE_DEFLATED_BYTES_MAX) this.#extents = null;
  }
}

/** The byte that a block, at least 1 byte long, consists of; null if there are several. */
function onlyByte(block: Uint8Array): number | null {
  const { buffer, byteOffset, length } = block;
  // A block that equals itself shifted by one byte is one byte throughout: a single memory compare.
  const but = (skipped: number): Buffer => Buffer.from(buffer, byteOffset + skipped, length - 1);
  return but(0).equals(but(1)) ? (block[0] ?? null) : null;
}
