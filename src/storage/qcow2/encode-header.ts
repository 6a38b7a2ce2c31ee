/**
 * What follows the fields of a header: extensions, their end, and the backing file's name.
 */
import { EXTENSION_BACKING_FORMAT, type Extension } from "./header.ts";

/** Kind of feature, bit and name, as QEMU writes them. */
const FEATURES = [
  [0, 0, "dirty bit"],
  [0, 1, "corrupt bit"],
  [0, 2, "external data file"],
  [0, 3, "compression type"],
  [0, 4, "extended L2 entries"],
  [1, 0, "lazy refcounts"],
  [2, 0, "bitmaps"],
  [2, 1, "raw external data"],
] as const;

/** bytes of an entry of the feature name table */
const FEATURE = 48;

/** The data of a feature name table. */
export const FEATURE_NAMES = Buffer.concat(
  FEATURES.map(([kind, bit, name]) => {
    const entry = Buffer.alloc(FEATURE);
    entry[0] = kind;
    entry[1] = bit;
    entry.write(name, 2);
    return entry;
  }),
);

/** bytes of a format's name that an image can have; QEMU opens none that has more */
const FORMAT_MAX = 15;

/** What says which format a backing file is in, cut off where QEMU cuts it off. */
export function backingFormat(format: string): Extension {
  return { type: EXTENSION_BACKING_FORMAT, data: Buffer.from(format).subarray(0, FORMAT_MAX) };
}

/** @returns the bytes, and where among them the name begins */
export function encodeExtensions(
  extensions: readonly Extension[],
  backingFile: string | null,
): { readonly bytes: Buffer; readonly nameAt: number } {
  const parts = extensions.map(({ type, data }) => {
    const bytes = Buffer.alloc(8 + Math.ceil(data.length / 8) * 8);
    bytes.writeUInt32BE(type, 0);
    bytes.writeUInt32BE(data.length, 4);
    data.copy(bytes, 8);
    return bytes;
  });
  const front = Buffer.concat([...parts, Buffer.alloc(8)]);
  const name = Buffer.from(backingFile ?? "");
  return { bytes: Buffer.concat([front, name]), nameAt: front.length };
}
