/**
 * What is recorded in the bitmaps of an image while it is open for writing.
 */
export interface RecordedBitmap {
  /** bytes that a bit stands for */
  readonly granularity: number;
  /** the lowest bit of a byte is the first */
  readonly bits: Uint8Array;
  /** whether `bits` differ from what is in the file */
  changed: boolean;
}

export class BitmapRecorder {
  /** the bitmaps that record, by name */
  readonly bitmaps: ReadonlyMap<string, RecordedBitmap>;

  constructor(bitmaps: ReadonlyMap<string, RecordedBitmap>) {
    this.bitmaps = bitmaps;
  }

  /** Sets the bits of a part of the disk, in bytes, in all of them. */
  changed(offset: number, length: number): void {
    for (const bitmap of this.bitmaps.values()) {
      const { bits, granularity } = bitmap;
      bitmap.changed = true;
      const first = Math.floor(offset / granularity);
      const end = Math.ceil((offset + length) / granularity);
      let bit = first;
      while (bit < end) {
        const byte = bit >>> 3;
        if (bit % 8 === 0 && bit + 8 <= end) {
          const bytes = Math.floor((end - bit) / 8);
          bits.fill(0xff, byte, byte + bytes);
          bit += bytes * 8;
        } else {
          bits[byte] = (bits[byte] ?? 0) | (1 << (bit % 8));
          bit++;
        }
      }
    }
  }
}
