/**
 * Whose data is it? What stands in a cluster of an image, by name: what an image held at first,
 * zeros, or a value that somebody wrote.
 *
 * Data is known by its content, in sectors of 512 bytes: so a value that a hook saves elsewhere
 * keeps its name. Values are numbered for each writer in the order in which they were first
 * written; whoever writes the same bytes again writes the same value.
 *
 * Limit: what an image held at first is recognised where it stood, or at the same place of another
 * image; moved elsewhere it is `other data`.
 */
import { hasher } from "../../log/chain.ts";
import { expandFill } from "../../log/fill.ts";
import type { Fill } from "../../log/record.ts";
import type { Tone } from "../site/picture.ts";

/** bytes */
const SECTOR = 512;
const ZEROS = Buffer.alloc(SECTOR);

/** A name for some content, and how it is drawn. */
export interface DataTag {
  readonly name: string;
  readonly mark: string;
  readonly tone: Tone;
}

const ZERO: DataTag = { name: "zero", mark: "0", tone: "quiet" };
const OTHER: DataTag = { name: "other data", mark: "?", tone: "open" };

/** Marks of clusters of which parts are of different origin. */
const MIXED = [..."%&$@*=^!"];

interface FirstContent {
  readonly tag: DataTag;
  readonly content: Uint8Array;
}

export class DataTags {
  readonly #first: FirstContent[] = [];
  readonly #values = new Map<string, DataTag>();
  readonly #mixtures = new Map<string, DataTag>();
  readonly #counts = new Map<string, number>();

  /** What an image held at first. The content must not change afterwards. */
  addFirst(filename: string, content: Uint8Array): void {
    const mark = String.fromCharCode(65 + (this.#first.length % 26));
    this.#first.push({ tag: { name: `${filename} at first`, mark, tone: "plain" }, content });
  }

  /** Somebody writes a value; @returns what it is called */
  addValue(writer: string, tone: Tone, fill: Fill, length: number): DataTag {
    // All sectors of one repeated byte are alike.
    const content = expandFill(fill, "byte" in fill ? Math.min(SECTOR, length) : length);
    const sectors = sectorsOf(content);
    const begins = sectors[0];
    const said = begins === undefined ? undefined : this.#known(begins);
    if (said !== undefined && sectors.every((sector) => this.#known(sector) === said)) return said;
    const count = (this.#counts.get(writer) ?? 0) + 1;
    this.#counts.set(writer, count);
    const mark = (count % 36).toString(36);
    const tag = { name: `value ${count} of ${writer}`, mark, tone };
    for (const sector of sectors) {
      if (this.#known(sector) === undefined) this.#values.set(hasher.digest(sector), tag);
    }
    return tag;
  }

  /** What some bytes are that stand at an offset of an image. */
  tag(bytes: Uint8Array, offset: number): DataTag {
    const whole = this.#first.find((first) => isAt(first, bytes, offset));
    if (whole !== undefined && !isZero(bytes)) return whole.tag;
    const tags = new Map<string, DataTag>();
    const sectors = isUniform(bytes) ? sectorsOf(bytes).slice(0, 1) : sectorsOf(bytes);
    for (const [index, sector] of sectors.entries()) {
      const tag = this.sector(sector, offset + index * SECTOR);
      tags.set(tag.name, tag);
    }
    const [only = ZERO, second, third] = tags.values();
    if (second === undefined) return only;
    const more = third === undefined ? "" : ` and ${tags.size - 2} more`;
    return this.#mixed(`${only.name}, ${second.name}${more}`);
  }

  /** What a sector is. */
  sector(bytes: Uint8Array, offset: number): DataTag {
    if (isZero(bytes)) return ZERO;
    const value = this.#known(bytes);
    if (value !== undefined) return value;
    return this.#first.find((first) => isAt(first, bytes, offset))?.tag ?? OTHER;
  }

  #mixed(name: string): DataTag {
    const known = this.#mixtures.get(name);
    if (known !== undefined) return known;
    const mark = MIXED[this.#mixtures.size % MIXED.length] ?? "%";
    const tag: DataTag = { name, mark, tone: "open" };
    this.#mixtures.set(name, tag);
    return tag;
  }

  #known(sector: Uint8Array): DataTag | undefined {
    return isZero(sector) ? ZERO : this.#values.get(hasher.digest(sector));
  }
}

/** Sectors of some bytes; the last may be short. */
export function sectorsOf(bytes: Uint8Array): Uint8Array[] {
  const count = Math.ceil(bytes.length / SECTOR);
  return Array.from({ length: count }, (_, index) =>
    bytes.subarray(index * SECTOR, (index + 1) * SECTOR),
  );
}

function isAt({ content }: FirstContent, bytes: Uint8Array, offset: number): boolean {
  return Buffer.compare(content.subarray(offset, offset + bytes.length), bytes) === 0;
}

function isZero(bytes: Uint8Array): boolean {
  return bytes[0] === 0 && isUniform(bytes);
}

/** Whether all bytes are the same: bytes that equal themselves shifted by one. */
function isUniform(bytes: Uint8Array): boolean {
  if (bytes.length < 2) return true;
  if (bytes.length <= SECTOR && bytes[0] === 0) {
    return Buffer.compare(bytes, ZEROS.subarray(0, bytes.length)) === 0;
  }
  return Buffer.compare(bytes.subarray(1), bytes.subarray(0, bytes.length - 1)) === 0;
}
