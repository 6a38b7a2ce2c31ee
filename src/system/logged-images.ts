/**
 * What the first record of a log says of images, as rules of a session: how long they are, and of
 * those in a format which clusters are their own, what is behind them, and what their bitmaps say.
 *
 * Where none is in a format nothing else is known of them, and no rule asks.
 */
import type { ImageFact } from "../graph/image-facts.ts";
import type { FormatRecord, ImageRecord } from "../log/record.ts";
import type { ImageFormat, SystemRules } from "./system.ts";

export function loggedImages(
  images: readonly ImageRecord[],
): Pick<SystemRules, "images" | "facts" | "formats" | "bitsOfAnySize" | "backingMayBeShorter"> {
  const lengths = new Map(images.map(({ filename, length }) => [filename, length]));
  if (images.every(({ format }) => format === undefined)) return { images: lengths };
  const facts = new Map(images.map((image) => [image.filename, factOf(image)]));
  const formats = new Map(
    images.flatMap(({ filename, format }): [string, ImageFormat][] => {
      return format === undefined ? [] : [[filename, formatOf(format)]];
    }),
  );
  const hasBitmaps = images.some(({ format }) => format?.bitmaps !== undefined);
  // Whoever made them was free to say how long they are, and how much a bit stands for.
  const free = { backingMayBeShorter: true, ...(hasBitmaps && { bitsOfAnySize: true }) };
  return { images: lengths, facts, formats, ...free };
}

function formatOf({ own, bitmaps = [], "cluster-size": clusterSize }: FormatRecord): ImageFormat {
  const dirty = (name: string) => bitmaps.find((each) => each.name === name)?.dirty ?? [];
  return { clusterSize, own: () => own, ...(bitmaps.length > 0 && { dirty }) };
}

function factOf({ length, format }: ImageRecord): ImageFact {
  if (format === undefined) return { length, header: null };
  const { backing, bitmaps, "file-length": bytes, "cluster-size": clusterSize } = format;
  const kept = bitmaps?.map(({ dirty: _, ...bitmap }) => bitmap);
  const header = {
    size: length,
    clusterSize,
    backing,
    ...(kept !== undefined && { bitmaps: kept }),
  };
  return { length: bytes, header };
}
