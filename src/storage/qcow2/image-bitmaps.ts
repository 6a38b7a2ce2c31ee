/**
 * The persistent bitmaps of an opened image: what its file says of them, and how that changes.
 *
 * The image records nothing. Whoever has it records, and stores what was recorded when nobody
 * writes any more; meanwhile the file calls all bitmaps in use, so that nobody relies on them if it
 * does not come to that (QEMU block/qcow2-bitmap.c). Whoever writes without saying so makes them
 * inconsistent: with the first change they are in use.
 *
 * Where the directory changes in place the autoclear bit, which says that the bitmaps can be relied
 * upon, is not set meanwhile (`update_ext_dirty_bitmaps_in_place`). What is new is stable in a new
 * place before the header names it, and the old place is free only afterwards.
 */
import { allocate, giveUpBits, writeBits } from "./bitmap-store.ts";
import { type BitmapDirectory, encodeDirectory, readBits, type StoredBitmap } from "./bitmaps.ts";
import { orUnusable, unusable } from "./damage.ts";
import { encodeExtensions } from "./encode-header.ts";
import { AUTOCLEAR_BITMAPS, AUTOCLEAR_FIELD, EXTENSION_BITMAPS, readHeader } from "./header.ts";
import { SYNC } from "./host-file.ts";
import type { Qcow2Image } from "./image.ts";

/** A bitmap that is to be in the file. */
export interface KeptBitmap {
  readonly name: string;
  /** bytes that a bit stands for */
  readonly granularity: number;
  /** whether changes of the disk are to be recorded in it from now on */
  readonly enabled: boolean;
  /** the lowest bit of a byte is the first; null: it is inconsistent, and stays as it is */
  readonly bits: Uint8Array | null;
}

/** where the header says where the backing file's name is */
const NAME_FIELD = 8;

export class ImageBitmaps {
  readonly #image: Qcow2Image;
  #directory: BitmapDirectory | null;
  #inUse = false;

  constructor(image: Qcow2Image, directory: BitmapDirectory | null) {
    this.#image = image;
    this.#directory = directory;
  }

  /** Those that are in the file; enabled and inconsistent as they were when it was opened. */
  get list(): readonly StoredBitmap[] {
    return this.#directory?.bitmaps ?? [];
  }

  /** Whether the file calls all of them in use, since somebody writes. */
  get inUse(): boolean {
    return this.#inUse;
  }

  /**
   * What a bitmap said when it was stored last: a bit for each `granularity` bytes of the disk, the
   * lowest of a byte first.
   *
   * @param name of one of `list`
   * @throws BlockgraphError `image-unusable`: no such bitmap, or one that is inconsistent
   */
  bits(name: string): Uint8Array {
    const { geometry, header, host, name: image } = this.#image;
    const bitmap = this.list.find((other) => other.name === name);
    if (bitmap === undefined || bitmap.inconsistent) {
      const what = bitmap === undefined ? "There is no bitmap" : "Inconsistent and cannot be used:";
      throw unusable(image, `${what} '${name}': remove it, or add one`);
    }
    return orUnusable(image, () =>
      readBits(host, bitmap, header.size, geometry.clusterSize, image),
    );
  }

  /** Marks all as in use, in the file, unless they are. Legal while requests are under way. */
  use(): void {
    const directory = this.#directory;
    if (this.#inUse || directory === null || this.#image.readOnly) return;
    this.#setAutoclear(0n);
    this.#write(directory.offset, encodeDirectory(directory.bitmaps, true));
    this.#setAutoclear(AUTOCLEAR_BITMAPS);
    this.#inUse = true;
  }

  /**
   * Takes a bitmap out of the file, if it is there. Legal while requests are under way: what it
   * occupied is free after the next flush.
   * @throws BlockgraphError `image-unusable` if the file cannot be changed
   */
  remove(name: string): void {
    const directory = this.#directory;
    const removed = this.list.find((other) => other.name === name);
    if (directory === null || removed === undefined) return;
    orUnusable(this.#image.name, () => {
      const bitmaps = this.list.filter((other) => other !== removed);
      const bytes = encodeDirectory(bitmaps, this.#inUse);
      this.#setAutoclear(0n);
      if (bitmaps.length > 0) this.#write(directory.offset, bytes);
      const left = { offset: directory.offset, length: bytes.length, bitmaps };
      this.#name(bitmaps.length > 0 ? left : null);
      giveUpBits(this.#image, removed);
      this.#giveUpDirectory(directory, bytes.length);
    });
  }

  /**
   * Has the file say this of its bitmaps, and nothing of others; they are not in use any more.
   * Legal only while nothing is under way.
   * @throws BlockgraphError `image-unusable` if the file cannot be changed; then they stay in use
   */
  store(kept: readonly KeptBitmap[]): void {
    if (kept.length === 0 && this.#directory === null) return;
    orUnusable(this.#image.name, () => {
      const [image, before] = [this.#image, this.#directory];
      const bitmaps = kept.flatMap((bitmap) => this.#placed(bitmap));
      const bytes = encodeDirectory(bitmaps, false);
      const offset = bitmaps.length > 0 ? allocate(image, "bitmap directory", bytes.length) : 0;
      if (bitmaps.length > 0) image.host.stepNow({ kind: "write", offset, bytes });
      image.commitNow();
      image.host.stepNow(SYNC);
      this.#name(bitmaps.length > 0 ? { offset, length: bytes.length, bitmaps } : null);
      this.#inUse = false;
      const stay = new Set(bitmaps.map(({ tableOffset }) => tableOffset));
      for (const bitmap of before?.bitmaps ?? []) {
        if (!stay.has(bitmap.tableOffset)) giveUpBits(image, bitmap);
      }
      if (before !== null) this.#giveUpDirectory(before, 0);
      image.commitNow();
    });
  }

  /** A bitmap in its new place; an inconsistent one in its old one. */
  #placed({ name, granularity, enabled, bits }: KeptBitmap): StoredBitmap[] {
    if (bits === null) return this.list.filter((other) => other.name === name);
    const place = writeBits(this.#image, bits);
    return [{ name, granularity, enabled, inconsistent: false, ...place }];
  }

  /** Gives up what the directory does not need any more. @param length bytes that it needs */
  #giveUpDirectory(before: BitmapDirectory, length: number): void {
    const { clusterSize } = this.#image.geometry;
    const kept = Math.ceil(length / clusterSize);
    const clusters = Math.ceil(before.length / clusterSize) - kept;
    if (clusters > 0) this.#image.giveUp(before.offset + kept * clusterSize, clusters);
  }

  #setAutoclear(bits: bigint): void {
    const field = Buffer.alloc(8);
    field.writeBigUInt64BE(bits);
    this.#write(AUTOCLEAR_FIELD, field);
  }

  #write(offset: number, bytes: Buffer): void {
    this.#image.host.stepNow({ kind: "write", offset, bytes });
    this.#image.host.stepNow(SYNC);
  }

  /** Has the header say where the bitmaps are: all of the header at once, as QEMU writes it. */
  #name(directory: BitmapDirectory | null): void {
    const { host, name } = this.#image;
    const { fields, extensions, backing, clusterBits } = readHeader(host, name);
    const others = extensions.filter(({ type }) => type !== EXTENSION_BITMAPS);
    const own = directory === null ? [] : [{ type: EXTENSION_BITMAPS, data: placeOf(directory) }];
    const { bytes, nameAt } = encodeExtensions([...others, ...own], backing?.file ?? null);
    if (fields.length + bytes.length > 2 ** clusterBits) {
      throw unusable(name, "there is no room in its header for bitmaps: take larger clusters");
    }
    const start = Buffer.from(fields);
    start.writeBigUInt64BE(directory === null ? 0n : AUTOCLEAR_BITMAPS, AUTOCLEAR_FIELD);
    if (backing !== null) start.writeBigUInt64BE(BigInt(fields.length + nameAt), NAME_FIELD);
    this.#write(0, Buffer.concat([start, bytes]));
    this.#directory = directory;
  }
}

/** The data of the bitmaps extension. */
function placeOf({ bitmaps, offset, length }: BitmapDirectory): Buffer {
  const data = Buffer.alloc(24);
  data.writeUInt32BE(bitmaps.length, 0);
  data.writeBigUInt64BE(BigInt(length), 8);
  data.writeBigUInt64BE(BigInt(offset), 16);
  return data;
}
